"""What hl7 and hl7apy have against messages: for each message on standard input (base 64, one a line), one line of JSON with
what each of them says; empty where nothing. hl7apy validates strictly: structure, types, lengths and cardinalities of 2.5.1."""

import base64
import json
import sys

import hl7
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.exceptions import HL7apyException
from hl7apy.parser import parse_message

for line in sys.stdin:
    text = base64.b64decode(line).decode("utf-8")
    problems = []
    try:
        message = hl7.parse(text)
        if str(message.segment("MSH")[9][0][0]) not in text:
            problems.append("hl7: MSH-9 is not what stands there")
    except Exception as error:
        problems.append(f"hl7: {error}")
    try:
        parse_message(text, validation_level=VALIDATION_LEVEL.STRICT).validate()
    except HL7apyException as error:
        problems.append(f"hl7apy: {type(error).__name__} {error}")
    print(json.dumps(problems))
