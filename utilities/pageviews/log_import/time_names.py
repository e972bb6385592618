"""Names of months in the languages of logs, and abbreviations of time zones that have one meaning."""

MONTH_NAMES = """
    jan january janv janvier januar jän jänner ene enero gen gennaio janeiro januari
    feb february févr fevr février februar febrero febbraio fev fevereiro februari
    mar march mars mär märz mrz marzo março marco mrt maart
    apr april avr avril abr abril aprile
    may mai mayo mag maggio maio mei maj
    jun june juin juni junio giu giugno junho
    jul july juil juillet juli julio lug luglio julho
    aug august août aout ago agosto augustus augusti
    sep sept september septembre septiembre set settembre setembro
    oct october okt oktober octobre octubre ott ottobre out outubro
    nov november novembre noviembre novembro
    dec december déc decembre décembre dez dezember dic diciembre dicembre dezembro des desember
"""
"""A line for each month: English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish, Norwegian."""

MONTH_NUMBERS = {name: number for number, line in enumerate(MONTH_NAMES.split("\n")) for name in line.split()}

ZONE_HOURS = {
    **dict.fromkeys(("Z", "UTC", "GMT", "UT", "WET"), 0.0),
    **dict.fromkeys(("CET", "WEST", "MEZ"), 1.0),
    **dict.fromkeys(("CEST", "EET", "MESZ"), 2.0),
    **dict.fromkeys(("EEST", "MSK"), 3.0),
    **dict.fromkeys(("JST", "KST"), 9.0),
    **{"AWST": 8.0, "ACST": 9.5, "AEST": 10.0, "ACDT": 10.5, "AEDT": 11.0, "NZST": 12.0, "NZDT": 13.0},
    **{"EDT": -4.0, "EST": -5.0, "CDT": -5.0, "MDT": -6.0, "MST": -7.0, "PDT": -7.0, "PST": -8.0},
    **{"AKDT": -8.0, "AKST": -9.0, "HST": -10.0, "NDT": -2.5, "NST": -3.5},
}
"""Hours east of UTC. Others have several meanings: BST, CST (also China's) and IST (India, Ireland, Israel)."""
