"""What is wrong with DICOM audit messages by the schema of PS3.15 A.5.1.1, read by Python's own XML parser: for each document on
standard input (base 64, one a line) one line of JSON with its problems."""

import base64
import json
import re
import sys
import xml.etree.ElementTree as xml

CODE = {"csd-code": True, "codeSystemName": True, "displayName": False, "originalText": True}
ENTITY = {"UserID": True, "AlternativeUserID": False, "UserName": False, "UserIsRequestor": True,
          "NetworkAccessPointID": False, "NetworkAccessPointTypeCode": False}
OBJECT = {"ParticipantObjectID": True, "ParticipantObjectTypeCode": False, "ParticipantObjectTypeCodeRole": False,
          "ParticipantObjectDataLifeCycle": False, "ParticipantObjectSensitivity": False}
VALUES = {
    "EventActionCode": "[CRUDE]", "EventOutcomeIndicator": "0|4|8|12", "UserIsRequestor": "true|false",
    "EventDateTime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", "NetworkAccessPointTypeCode": "[1-5]",
    "ParticipantObjectTypeCode": "[1-4]", "ParticipantObjectTypeCodeRole": "[1-9]|1[0-9]|2[0-6]",
}
# Each element: its attributes and its children in order, as a pattern over their names.
SCHEMA = {
    "AuditMessage": ({}, "EventIdentification (ActiveParticipant )+AuditSourceIdentification "
                         "(ParticipantObjectIdentification )*"),
    "EventIdentification": ({"EventActionCode": False, "EventDateTime": True, "EventOutcomeIndicator": True},
                            "EventID (EventTypeCode )*(EventOutcomeDescription )?"),
    "EventID": (CODE, ""), "EventTypeCode": (CODE, ""), "RoleIDCode": (CODE, ""), "EventOutcomeDescription": ({}, ""),
    "ActiveParticipant": (ENTITY, "(RoleIDCode )*(MediaIdentifier )?"),
    "AuditSourceIdentification": ({"AuditEnterpriseSiteID": False, "AuditSourceID": True}, "(AuditSourceTypeCode )*"),
    "AuditSourceTypeCode": ({"csd-code": True, "codeSystemName": False, "displayName": False, "originalText": False}, ""),
    "ParticipantObjectIdentification": (
        OBJECT, "ParticipantObjectIDTypeCode (ParticipantObjectName |ParticipantObjectQuery )"
                "(ParticipantObjectDetail )*(ParticipantObjectDescription )*"),
    "ParticipantObjectIDTypeCode": (CODE, ""), "ParticipantObjectName": ({}, ""), "ParticipantObjectQuery": ({}, ""),
    "ParticipantObjectDetail": ({"type": True, "value": True}, ""),
    "ParticipantObjectDescription": ({}, "(Accession )*"), "Accession": ({"Number": True}, ""),
}


def problems(element):
    if element.tag not in SCHEMA:
        return [f"{element.tag} is not an element"]
    attributes, children = SCHEMA[element.tag]
    found = [f"{element.tag} has no attribute {name}" for name in element.attrib if name not in attributes]
    found += [f"{element.tag} lacks {name}" for name, must in attributes.items() if must and name not in element.attrib]
    for name, value in element.attrib.items():
        if name in VALUES and not re.fullmatch(VALUES[name], value):
            found.append(f"{name} is {value}")
    names = "".join(child.tag + " " for child in element)
    if not re.fullmatch(children, names):
        found.append(f"{element.tag} holds {names}")
    if element.tag == "ParticipantObjectQuery":
        base64.b64decode(element.text, validate=True)
    if element.tag == "ParticipantObjectDetail":
        base64.b64decode(element.get("value"), validate=True)
    return found + [problem for child in element for problem in problems(child)]


for line in sys.stdin:
    try:
        root = xml.fromstring(base64.b64decode(line))
        answer = problems(root) if root.tag == "AuditMessage" else [f"the document is {root.tag}"]
    except (xml.ParseError, ValueError) as error:
        answer = [str(error)]
    print(json.dumps(answer))
