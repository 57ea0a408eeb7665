"""What python-stdnum says of national identifiers: for each line "SCHEME<tab>NUMBER" one line
"VALUE<tab>BIRTHDATE<tab>SEX", each empty where it says nothing, or "-" where the number is not valid."""

import datetime
import importlib
import sys

from stdnum import luhn, verhoeff
from stdnum.exceptions import InvalidComponent, InvalidFormat, InvalidLength, ValidationError
from stdnum.gb import nhs


class Luxembourg:
    """Not in python-stdnum; its check digits are."""

    @staticmethod
    def validate(number):
        if len(number) != 13:
            raise InvalidLength()
        luhn.validate(number[:12])
        verhoeff.validate(number[:11] + number[12])
        Luxembourg.get_birth_date(number)
        return number

    @staticmethod
    def get_birth_date(number):
        return day(int(number[:4]), int(number[4:6]), int(number[6:8]))


class Australia:
    """Not in python-stdnum; its check digit is."""

    @staticmethod
    def validate(number):
        if len(number) != 16 or not number.startswith("800360"):
            raise InvalidFormat()
        return luhn.validate(number)


class Scotland:
    """The NHS number's check digit, and a date."""

    @staticmethod
    def validate(number):
        nhs.validate(number)
        day(2000 + int(number[4:6]), int(number[2:4]), int(number[:2]))
        return number


def day(year, month, of_month):
    try:
        return datetime.date(year, month, of_month)
    except ValueError:
        raise InvalidComponent()


# sk.rc is cz.rc, without the birth date.
MODULES = {
    "BE": ["be.nn", "be.bis"], "NL": ["nl.bsn"], "FR": ["fr.nir"], "GB": ["gb.nhs"], "GB-SCT": [Scotland],
    "ES": ["es.dni", "es.nie"], "IT": ["it.codicefiscale"], "SE": ["se.personnummer"], "NO": ["no.fodselsnummer"],
    "DK": ["dk.cpr"], "FI": ["fi.hetu"], "PL": ["pl.pesel"], "CH": ["ch.ssn"], "AT": ["at.vnr"], "LU": [Luxembourg],
    "IE": ["ie.pps"], "PT": ["pt.cc"], "GR": ["gr.amka"], "CZ": ["cz.rc"], "SK": ["cz.rc"], "EE": ["ee.ik"],
    "LV": ["lv.pvn"], "LT": ["lt.asmens"], "HR": ["hr.oib"], "RO": ["ro.cnp"], "BG": ["bg.egn"], "SI": ["si.emso"],
    "IS": ["is_.kennitala"], "TR": ["tr.tckimlik"], "BR": ["br.cpf"], "AU": [Australia], "CA-BC": ["ca.bc_phn"],
}


# Where python-stdnum checks a birth date and does not tell it.
BIRTH_DATES = {
    "FI": lambda n: day({"+": 1800, "-": 1900}.get(n[6], 1900 if n[6] > "F" else 2000) + int(n[4:6]), int(n[2:4]), int(n[:2])),
    "IS": lambda n: day({"9": 1900, "0": 2000}[n[9]] + int(n[4:6]), int(n[2:4]), int(n[:2]) % 40),
}


def said(module, name, number):
    """What a module tells of a valid number, as text."""
    try:
        answer = getattr(module, name)(number)
    except (AttributeError, ValidationError, ValueError):
        return ""
    return "" if answer is None else str(answer)


def verdict(scheme, number):
    for name in MODULES[scheme]:
        module = importlib.import_module("stdnum." + name) if isinstance(name, str) else name
        try:
            value = module.validate(number)
        except (ValidationError, ValueError):
            continue
        born = str(BIRTH_DATES[scheme](value)) if scheme in BIRTH_DATES else said(module, "get_birth_date", number)
        return "\t".join([value, born, said(module, "get_gender", number)])
    return "-"


for line in sys.stdin:
    print(verdict(*line.rstrip("\n").split("\t")))
