"""What the packages hl7 and hl7apy read in messages: for each message on standard input (base 64, one a line), one line of
JSON: for every segment after MSH its name and the text of each subcomponent of each component of each repetition."""

import base64
import json
import sys

import hl7
from hl7apy.parser import parse_message


def by_hl7(text):
    message = hl7.parse(text)
    found = []
    for segment in message:
        if str(segment[0]) == "MSH":
            continue
        fields = []
        for number in range(1, len(segment)):
            repetitions = []
            for repetition in segment[number]:
                if not isinstance(repetition, hl7.Repetition):
                    repetitions.append([[message.unescape(str(repetition))]])
                    continue
                components = []
                for component in repetition:
                    parts = component if isinstance(component, hl7.Component) else [component]
                    components.append([message.unescape(str(part)) for part in parts])
                repetitions.append(components)
            fields.append(repetitions)
        found.append([str(segment[0]), fields])
    return found


def by_hl7apy(text):
    """Of each PID: number, authority, its ID and type of each identifier; family and given name of each name; date, sex."""
    message = parse_message(text, find_groups=False)
    escapes = {"\\F\\": "|", "\\S\\": "^", "\\T\\": "&", "\\R\\": "~", "\\E\\": "\\"}

    def plain(element):
        value = element.value if element.value is not None else ""
        value = value if isinstance(value, str) else element.to_er7()
        parts = []
        while value:
            known = next((e for e in escapes if value.startswith(e)), None)
            parts.append(escapes[known] if known else value[0])
            value = value[len(known) if known else 1:]
        return "".join(parts)

    return [
        {
            "identifiers": [[plain(i.cx_1), plain(i.cx_4.hd_1), plain(i.cx_4.hd_2), plain(i.cx_5)] for i in pid.pid_3],
            "names": [[plain(n.xpn_1.fn_1), plain(n.xpn_2)] for n in pid.pid_5],
            "birthDate": plain(pid.pid_7),
            "sex": plain(pid.pid_8),
        }
        for pid in message.children
        if pid.name == "PID"
    ]


for line in sys.stdin:
    text = base64.b64decode(line).decode("utf-8")
    print(json.dumps({"hl7": by_hl7(text), "hl7apy": by_hl7apy(text)}))
