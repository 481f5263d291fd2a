"""Sentences with gaps, for what the corpora lack: talk with a help desk, letters, cards, forms, addresses, notes of a
clinic; and sentences without any entity that look as if they had one."""

from __future__ import annotations

import re
from random import Random

from training import lists
from training.clinical import DRUGS, EPONYMS, drug
from training.corpora import PERSON, STREET, Sentence
from training.values import MAKERS, Part, address, person, street

TEMPLATES = (
    # help desk
    "Hello, I am {P} and I would like to close my account.", "Hi, {P} here. Can you help me with my bill?",
    "Could you tell {P} that I called?", "The card was issued to {P} last year.", "Please change the name to {P}.",
    "I spoke with {P} yesterday, who promised a refund.", "thanks {P}, that worked!", "Thank you, {P}.", "Dear {P},",
    "Agent: Good morning, who am I speaking to?\nCustomer: {P}.", "Is {P} available for a call on Monday?",
    "The beneficiary is {P} and the payer is {O}.", "My husband {P} and my daughter {P} are on the same plan.",
    "I need to ship it to {A}.", "Our new office is located at {A}.", "please send the invoice to {A}",
    "We moved from {L} to {L} in the spring.", "I live in {L} but work for {O}.", "Deliver to {P}, {A}.",
    "The driver will pick you up at {A} at noon.", "Forward all mail to {A}", "{P} lives at {A}.", "my address is {A}",
    "Can you confirm that you have {A} as my home address?", "I am travelling to {L} and {L} next week.",
    "Do you ship to {L}?", "is {L} nice in winter?", "i want to fly from {L} to {L} on friday", "who is {P}?",
    "did {P} call back?", "{P} never answers the phone", "ask {P} or {P}", "{P}, can you hear me?", "It was {P} who did it.",
    "my sister {P} just got married to {P}", "tell {P} to meet us in {L}", "we were in {L} last summer with {P}",
    "{O} charged me twice", "I bought this from {O} in {L}.", "I used to work at {O}.", "{O} is hiring in {L}.",
    "My boss at {O} is {P}.", "She joined {O} as {J} in 2015.", "{P} ({J}, {O}) will attend.", "Sent by {P}, {O}",
    "He founded {O} together with {P} and {P}.", "{O} and {O} announced a merger.", "{O} was acquired by {O} for $4 million.",
    "Shares of {O} fell 3% on Tuesday.", "{O} v. {P}", "Contact {P} at {E} or {F}.", "Reach me at {F}. {P}",
    "Reservation for {P}, party of {N}.", "Ticket #{N} was opened by {P} on {D}.", "{P} owes me ${N}.",
    # prose
    "{P} was born in {L} on {D}.", "{P} grew up in {L}, {L}.", "In {D}, {P} moved to {L}.", "{P} said she would come.",
    '"I do not know," said {P}.', '"Where are you?" asked {P}. "In {L}," said {P}.', "{P}'s brother lives in {L}.",
    "The film stars {P} and {P}.", "The album was produced by {P}.", "A novel by {P} set in {L}.", "{P} and {P} were friends.",
    "The band met {P} in {L}.", "The winners were {P}, {P}, {P} and {P}.", "{P}, {P} and {P} voted against it.",
    "The mayor of {L}, {P}, opened the bridge.", "{T} {P} will see you now.", "I was referred by {T} {P} of {O}.",
    "{T} {P} and {T} {P} are away.", "Sincerely,\n{P}", "Best regards,\n{P}\n{J}\n{O}", "Cheers, {P}", "signed, {P}",
    "{L} has signed the treaty with {L}.", "The weather in {L} is cold.", "Flights to {L} are delayed.", "Welcome to {L}!",
    "The river flows through {L} into {L}.", "{L} is the capital of {L}.", "He was arrested at {S} in {L}.",
    "They met on {S} near the station.", "The house on {S} was sold.", "Turn left at {S} and then right.",
    "A fire broke out at {A}.", "{P}, 42, of {A}, was charged on {D}.", "People call me {P}.", "The suspect, {P}, fled to {L}.",
    # cards and forms
    "{P}\n{O}\n{A}", "{P}\n{J}\n{O}\n{A}\n{F}", "Name: {P}\nAddress: {A}\nPhone: {F}", "name={P}&city={L}", "{P} <{E}>",
    "Name:\t{P}\nCity:\t{L}\nEmployer:\t{O}", "From: {P}\nTo: {P}\nSubject: your order\nDate: {D}", "Bill to:\n{P}\n{A}",
    "{O}\n{A}\nPhone {F}", "> {P}\n> {O}\n> {A}", "{P}; {L}; {O}; {D}", "{P},{E},{F},{L}", "Ship to: {P}, {A}",
    '{"name": "{P}", "city": "{L}"}', '{"customer": "{P}", "company": "{O}", "address": "{A}"}', "| {P} | {L} | {O} |",
    "{P} - {J} at {O}", "* {P}\n* {P}\n* {P}", "1. {P}, {L}\n2. {P}, {L}", "Employee: {P}, Department: Sales", "{A}", "{P}\n\n{A}",
    "User: my name is {P}\nBot: Hi {P}, how can I help?", "Attn: {P}\n{O}\n{A}", "Visitor {P} ({O}), host {P}, {D}",
    "Where: {L}\nWhen: {D}\nWho: {P}", "meeting at {O}, {A}, on {D}",
    # clinic
    "Patient {P} was admitted to {O} with {X}.", "{P} is a {N}-year-old from {L} with {X}, on {Z} and {Z}.",
    "Seen by {T} {P} for {X}; started {Z} {N} mg.", "{P} denies chest pain. {Z} {N} mg twice daily.",
    "Pt: {P}, DOB {D}. Hx: {X}. Meds: {Z}, {Z}.", "Mother {P} reports that the child has {X}.", "Discharged to {A}.",
    "{T} {P} discussed {X} with the patient.", "Referred to {T} {P}, {O}, {L}.", "Emergency contact: {P} (wife), {F}.",
)  # fmt: skip
NEGATIVE = (
    "The patient has {X} and takes {Z} daily.", "History of {X}, treated with {Z}.", "{Z} {N} mg PO BID, hold {Z}.",
    "Assessment and Plan: {X}. Continue {Z}.", "{X} was excluded. No {X}.", "Positive {X} on the left.", "Allergies: {Z}, {Z}",
    "Start {Z} for {X}; stop {Z}.", "PAST MEDICAL HISTORY: {X}, {X}.", "{Z} is used to treat {X}.", "HISTORY OF PRESENT ILLNESS",
    "What is the difference between {Z} and {Z}?", "{C}.", "{C}: {C}.", "# {C}", "## {C}\n\n{C}.", "We offer {C}.",
    "Our motto is {C}", "Please Select One Option From The List", "Terms And Conditions Apply", "How To Reset Your Password",
    "Frequently Asked Questions", "Thank You For Your Order", "What are the opening hours?", "Can I pay in two parts?",
    "I forgot my password, please help.", "The invoice of {D} is still open.", "My order {N} has not arrived yet.",
    "Can you explain how photosynthesis works?", "Write a poem about the sea.", "Summarize the text below in two sentences.",
    "Write a Python function that sorts a list.", "def main():\n    return Response(status=200)", "Call me on {F} after five.",
    "On Monday and Tuesday we are closed.", "In January prices rose by {N} percent.", "The English language is hard.",
    "Is there a Chinese restaurant nearby?", "French and German wines are sold here.", "My email is {E}.", "Who Are You?",
    "I LOVE THIS SONG SO MUCH", "THIS IS NOT WHAT I ORDERED!!!", "PLEASE CALL ME BACK", "WHY IS MY ACCOUNT BLOCKED?",
    "Freedom and Justice are words with capital letters.", "He reads the Bible and the Constitution.", "Happy New Year!",
    "The Dark Side and other stories", "Chapter {N}: The Long Way Home", "Act {N}, Scene 2", "Section {N}. Definitions.",
    "My phone is an iPhone running Android apps on Windows.", "Error: Connection Refused (code {N})", "Yes, No, Maybe",
    "Hi there! Good Morning! Good Night!", "God is great.", "Christmas and Easter are holidays.", "OK, Great, Thanks!",
    "GET /index.html HTTP/1.1\nHost: example.com\nUser-Agent: Mozilla/5.0", "SELECT Name, City FROM Users WHERE Id = {N}",
    "Dear Sir or Madam,", "To Whom It May Concern", "Best Regards", "Kind regards,", "The Board of Directors met on {D}.",
    "class UserAccount(Model):\n    Name = Field()", "The {J} will call you back.", "We are looking for a {J}.", "Job title: {J}",
    "Mom and Dad are at home.", "The King spoke to the Queen.", "Dear Customer, your parcel is on its way.", "Hi Team,",
    "{N} + {N} = {N}", "It costs ${N}.{N}.", "v{N}.{N} Release Notes", "The Big Picture", "Limited Time Offer: Buy Now",
    "Total: {N} EUR, due on {D}", "Hello World", "Terms of Service | Privacy Policy | Contact Us", "the quick brown fox",
    "Newton's law and the Fourier transform are taught here.", "The Gaussian and the Poisson distribution differ.",
)  # fmt: skip
TITLES = (
    "Mr.",
    "Mrs.",
    "Ms.",
    "Dr.",
    "Prof.",
    "Mr",
    "Mrs",
    "Dr",
    "Sir",
    "Professor",
    "Captain",
    "Judge",
    "Nurse",
    "Miss",
    "Rev.",
)
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_GAP = re.compile(r"\{([A-Z])\}")


def _date(rng: Random) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1930, 2026)
    name = MONTHS[month - 1]
    return rng.choice(
        (
            f"{month}/{day}/{year}",
            f"{year}-{month:02d}-{day:02d}",
            f"{name} {day}, {year}",
            f"{day} {name} {year}",
            f"{day}.{month}.{year}",
        )
    )


def _email(rng: Random) -> str:
    user = person(rng).lower().replace(" ", rng.choice((".", "_", ""))).replace(",", "")
    return f"{user}@{rng.choice(('example', 'mail', 'corp', 'webpost', 'inbox'))}.{rng.choice(('com', 'org', 'net', 'de'))}"


def _phone(rng: Random) -> str:
    form = rng.choice(
        (
            "###-###-####",
            "(###) ###-####",
            "+## ### #######",
            "0### ######",
            "###.###.####",
            "## ## ## ## ##",
            "+1-###-###-####x###",
        )
    )
    return "".join(rng.choice("0123456789") if c == "#" else c for c in form)


def _fill(letter: str, rng: Random) -> list[Part]:
    if letter == "A":
        return address(rng)
    if letter == "S":
        return [(street(rng), STREET)]
    label = {"P": PERSON, "L": "LOCATION", "O": "ORGANIZATION"}.get(letter)
    if label:
        return [(MAKERS[label](rng), label)]
    plain = {
        "J": lambda: rng.choice(lists.jobs()).lower() if rng.random() < 0.5 else rng.choice(lists.jobs()),
        "D": lambda: _date(rng), "N": lambda: str(rng.randint(1, 10 ** rng.randint(1, 5))), "F": lambda: _phone(rng),
        "E": lambda: _email(rng), "T": lambda: rng.choice(TITLES), "X": lambda: rng.choice(EPONYMS),
        "Z": lambda: rng.choice(DRUGS) if rng.random() < 0.5 else drug(rng),
        "C": lambda: rng.choice((str.title, str.capitalize, str))(rng.choice(lists.sentences())),
    }  # fmt: skip
    return [(plain[letter](), "")]


def fill(template: str, rng: Random) -> Sentence:
    """A sentence from a template."""
    text, spans, at = "", [], 0
    for gap in _GAP.finditer(template):
        text += template[at : gap.start()]
        at = gap.end()
        for part, label in _fill(gap[1], rng):
            if label:
                spans.append((len(text), len(text) + len(part), label))
            text += part
    return Sentence(text + template[at:], tuple(spans), "template")


def make(rng: Random, count: int) -> list[Sentence]:
    """Sentences from all templates; seven in ten hold an entity."""
    return [fill(rng.choice(TEMPLATES if rng.random() < 0.7 else NEGATIVE), rng) for _ in range(count)]
