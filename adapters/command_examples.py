"""An example of every command, for those who write the first one."""

from typing import Any

import msgspec

from domain.document_parts import Variant, content_hash
from domain.messages import COMMANDS

UNIVERSITY = "240190000123"
"""Synthetic: a type digit of 9, which no real BIN has, and a right check digit."""

PARTNER = "240490000184"
"""Another synthetic organisation, with which this one shares a joint commission."""

NODE_NAME = "local"

REGISTRAR = f"node/{NODE_NAME}#1"
HEAD_PERSON = "0b6f4f0e-5b0c-4f6e-9d3a-2a1f6c1d7e01"
DEPUTY_PERSON = "5d2c9a34-8a7e-4d0b-8f41-93b7f0a4c602"
METHODIST_PERSON = "9e41b7d2-63f5-4c8a-a2d9-0c7b5e8f1303"
TEACHER_PERSON = "c3a85f16-1d94-4e27-b6c0-7f2e9d4b8a04"
SECOND_TEACHER = "2f7d1e58-b3a6-49c4-8d05-e6a1c9f37b05"
THIRD_TEACHER = "71c0e9a3-4f2b-4b86-95e7-d8f3a6b25c06"
ENGINEER_PERSON = "e8b46d07-92c1-4a35-ac7f-15d0f3e9a607"
AUDITOR_PERSON = "46fa2c9b-0e7d-43b1-9a58-b2c6d7e10f08"

HEAD = f"staff/{UNIVERSITY}.{HEAD_PERSON}#1"
DEPUTY = f"staff/{UNIVERSITY}.{DEPUTY_PERSON}#1"
TEACHER = f"staff/{UNIVERSITY}.{TEACHER_PERSON}#1"
SECRETARY = f"council/{UNIVERSITY}.org#12"

COUNCIL_ID = "b5e0d3c7-6a19-4f82-8c4d-3e97a1f50b09"
MANDATE = "d90c7e42-3b58-4e16-9f2a-86c1b4d7e30a"
METHODIST_DECISION = "18e6a5f3-c07d-4b92-a4e8-5f9d2c3b710b"
DISSOLUTION = "a7f3c1d8-5e42-4096-8b1c-9d0e6f72a40c"
ACTING_DECISION = "2b9e64d1-70a8-4f3c-8d15-c6f0a9b3e705"
CARRY_OVER = "91d7e3b5-4c0f-4a68-b2d9-7e5f1c8a3b06"
OLD_DOCUMENT = "5a0c7d92-e6b4-4f18-9c3d-b8e1f5a2d703"
MEETING = "63b9d0e4-7f1a-4c5d-b238-0a8e4c9f610d"
DOCUMENT = "f04d8b6e-2c93-4a71-9e5b-c7a6d1f3820e"
LATER_DOCUMENT = "2b9e61d0-4c7f-4e83-9a15-d80f3b6c7a1e"
SERIES = "3c5a9e70-8d16-4f4b-a9c2-e1b7f0d5640f"

CHARTER_HASH = "5e1c0a9f7b2d4e6883a1c5d9f0b7e2463d8f1a6c4b9e7052f3d6a8c1b4e9f702"
REGULATION_HASH = "9b3f7d1e5c8a2046e7d9b1f3a5c8e0624d7f9b1c3e5a8d0276f4b9c2e1a8d503"
PLAN_HASH = "c4e8a0f6d2b7913551f9c3e7a8d0b6244e9f1c7a5b3d8062f7e4a9c1d6b8f304"
PLAN_HASH_KK = "7a2f9d4c1e8b6035d9f7a3c5e1b80426f8d4c9a7e2b1f6053c8e7d9a4b1f6205"
DECISION_HASH = "e6b1f8d3a7c9052487f2d4e9b1c6a8035f7d9e2c4b8a1f6073e5d9c8a2f4b106"
REMARKS = "salted:1f7c9a4e2b8d6035e9a7c3f1d5b80624f8e4d9a7c2b1f6053d8c7e9a4b1f6307"
MINUTES = "salted:8d4f2a9c7e1b6053f9e7d3a5c1b80426e8f4c9d7a2b1e6053c9f7d8a4e1b6408"

_VARIANTS = [
    {"language": "ru", "media_type": "application/pdf", "sha256": PLAN_HASH},
    {"language": "kk", "media_type": "application/pdf", "sha256": PLAN_HASH_KK},
]
TEXT_HASH = content_hash(msgspec.convert(_VARIANTS, list[Variant]))

_SCOPES: dict[str, dict[str, str]] = {
    "node": {"node": NODE_NAME},
    "organisation": {"bin": UNIVERSITY},
    "staff": {"bin": UNIVERSITY},
    "unit": {"bin": UNIVERSITY, "unit_id": "em-unit"},
    "review-body": {"bin": UNIVERSITY, "body_id": "informatics"},
    "participation": {
        "bin": UNIVERSITY,
        "host": PARTNER,
        "body_id": "welding",
    },
    "council": {"bin": UNIVERSITY, "key": "org"},
    "association": {"bin": UNIVERSITY, "association_id": "mathematics"},
    "meeting": {"meeting_id": MEETING},
    "document": {"document_id": DOCUMENT},
    "carry-over": {"bin": UNIVERSITY, "carry_over_id": CARRY_OVER},
}
"""What every command of a family names."""

_CAPACITIES = {
    "node": REGISTRAR,
    "meeting": SECRETARY,
    "document": TEACHER,
    "association.apply": TEACHER,
    "association.leave": TEACHER,
    "organisation.register": REGISTRAR,
    "organisation.rename": REGISTRAR,
    "organisation.move": REGISTRAR,
    "organisation.correct-registration": REGISTRAR,
    "organisation.activate": REGISTRAR,
    "organisation.suspend": REGISTRAR,
    "organisation.close": REGISTRAR,
    "staff.appoint": REGISTRAR,
    "document.record-conclusion": SECRETARY,
    "document.approve": HEAD,
    "document.decline": HEAD,
    "carry-over.confirm": REGISTRAR,
    "carry-over.reject": REGISTRAR,
    "document.replan-route": DEPUTY,
    "document.supersede": HEAD,
    "document.annul": HEAD,
}
"""In which capacity, by command or family; the head's where none stands here."""

_QUORUM = {
    "regulation": "Положение об учебно-методическом совете, п. 14",
    "quorum": [2, 3],
    "majority": [1, 2],
}
_ELECTION = {"date": "2026-09-02", "voters": 84, "votes_for": 61}

_OLD_ACT = {"number": "61-П", "date": "2025-08-29", "file_hash": DECISION_HASH}

Fields = dict[str, Any]  # JSON-shaped values

_FIELDS: dict[str, Fields] = {
    "node.grant-operator": {"person_id": AUDITOR_PERSON, "role": "AUDITOR"},
    "node.revoke-operator": {"grant": 2},
    "organisation.register": {
        "names": {
            "ru": "Учебный технический университет",
            "kk": "Оқу техникалық университеті",
            "en": "Training Technical University",
        },
        "kind": "UNIVERSITY",
        "kato": "751310000",
    },
    "organisation.rename": {
        "names": {
            "ru": "Учебный технический университет имени Каныша Сатпаева",
            "kk": "Қаныш Сәтбаев атындағы оқу техникалық университеті",
        },
        "valid_from": "2026-09-01",
        "act_no": "188-П",
    },
    "organisation.move": {
        "kato": "711210000",
        "valid_from": "2026-09-01",
        "act_no": "189-П",
    },
    "organisation.correct-registration": {
        "act_no": "190-П",
        "date": "2026-09-10",
        "kato": "751110000",
    },
    "organisation.declare-levels": {"levels": ["HE"]},
    "organisation.activate": {},
    "organisation.suspend": {"act_no": "17-П"},
    "organisation.close": {"act_no": "204-П"},
    "organisation.record-charter": {
        "number": "112",
        "date": "2024-01-15",
        "file_hash": CHARTER_HASH,
        "clauses": {"regulation_approvers": ["HEAD"]},
    },
    "organisation.record-governing-decision": {
        "decision_id": MANDATE,
        "kind": "COUNCIL_MANDATE",
        "number": "3",
        "date": "2026-08-27",
        "file_hash": DECISION_HASH,
        "mandate": {
            "council": "org",
            "seats_min": 5,
            "seats_max": 15,
            "powers": ["REVIEW_STUDY_PLANS", "REVIEW_CURRICULA"],
            "term_months": 36,
            "quorum": _QUORUM,
        },
    },
    "organisation.set-methodist-number": {
        "decision_id": METHODIST_DECISION,
        "number": 4,
    },
    "organisation.assign-direct-leadership": {"person_id": DEPUTY_PERSON},
    "organisation.assign-supervision": {
        "person_id": DEPUTY_PERSON,
        "discipline_codes": ["6B06102", "INF101"],
    },
    "staff.appoint": {
        "person_id": HEAD_PERSON,
        "post": "HEAD",
        "valid_from": "2026-08-25",
        "order_no": "48-к",
    },
    "staff.appoint-acting": {
        "person_id": HEAD_PERSON,
        "post": "DEPUTY_HEAD_EM",
        "decision_id": ACTING_DECISION,
        "valid_from": "2026-09-14",
        "valid_to": "2026-12-31",
    },
    "staff.end-appointment": {
        "person_id": METHODIST_PERSON,
        "appointment": 1,
        "valid_to": "2027-06-30",
        "order_no": "131-к",
    },
    "unit.create": {
        "kind": "EM_UNIT",
        "names": {
            "ru": "Учебно-методическое управление",
            "kk": "Оқу-әдістемелік басқарма",
        },
        "parent": "adm",
    },
    "unit.approve-regulation": {
        "number": "26",
        "date": "2026-08-28",
        "file_hash": REGULATION_HASH,
    },
    "unit.activate": {},
    "unit.close": {"act_no": "77-П"},
    "review-body.form-commission": {
        "body_id": "electrical-trades",
        "names": {
            "ru": "Цикловая комиссия электротехнических дисциплин",
            "kk": "Электротехника пәндерінің циклдік комиссиясы",
        },
        "levels": ["TVE"],
        "members": [TEACHER_PERSON, SECOND_TEACHER, THIRD_TEACHER],
        "specialty_codes": ["07130100"],
    },
    "review-body.form-department": {
        "names": {"ru": "Кафедра информатики", "kk": "Информатика кафедрасы"},
        "unit_id": "faculty",
        "levels": ["HE"],
        "members": [TEACHER_PERSON, SECOND_TEACHER, THIRD_TEACHER],
        "regulation": {
            "number": "31",
            "date": "2026-08-28",
            "file_hash": REGULATION_HASH,
            "approver_role": "HEAD",
        },
        "specialty_codes": ["6B06102"],
    },
    "review-body.propose-joint": {
        "body_id": "electrical-trades",
        "names": {
            "ru": "Совместная комиссия электротехнических дисциплин",
            "kk": "Электротехника пәндерінің бірлескен комиссиясы",
        },
        "levels": ["TVE"],
        "members": [TEACHER_PERSON, SECOND_TEACHER],
        "organisations": [PARTNER],
        "specialty_codes": ["07130100"],
    },
    "review-body.ask-organisation": {
        "body_id": "electrical-trades",
        "organisation": PARTNER,
    },
    "review-body.form-joint": {"body_id": "electrical-trades"},
    "review-body.add-member": {"person_id": SECOND_TEACHER},
    "review-body.remove-member": {"person_id": SECOND_TEACHER},
    "review-body.elect-chair": {
        "body_id": "electrical-trades",
        "person_id": TEACHER_PERSON,
        "experience_years": 12,
        "election": {"date": "2026-09-03", "voters": 9, "votes_for": 8},
    },
    "review-body.appoint-department-head": {
        "person_id": TEACHER_PERSON,
        "order_no": "52-к",
    },
    "review-body.invite-specialist": {
        "person_id": ENGINEER_PERSON,
        "category": "ENTERPRISE",
    },
    "review-body.dissolve": {"act_no": "90-П"},
    "participation.consent": {"members": [TEACHER_PERSON]},
    "participation.refuse": {"reason_ref": REMARKS},
    "participation.arrange": {"person_ids": [SECOND_TEACHER, THIRD_TEACHER]},
    "participation.end": {"act_no": "91-П"},
    "council.establish": {
        "council_id": COUNCIL_ID,
        "title": {
            "ru": "Учебно-методический совет университета",
            "kk": "Университеттің оқу-әдістемелік кеңесі",
        },
        "mandate_decision_id": MANDATE,
    },
    "council.elect-member": {"person_id": TEACHER_PERSON, "election": _ELECTION},
    "council.remove-member": {"person_id": TEACHER_PERSON},
    "council.constitute": {"chair": DEPUTY_PERSON, "secretary": TEACHER_PERSON},
    "council.dissolve": {"decision_id": DISSOLUTION},
    "association.initiate": {
        "kind": "SCHOOL_MO",
        "level": "SECONDARY",
        "category": "GENERAL_SUBJECT",
        "names": {
            "ru": "Методическое объединение учителей математики",
            "kk": "Математика мұғалімдерінің әдістемелік бірлестігі",
        },
        "discipline_code": "mathematics",
    },
    "association.apply": {},
    "association.accept-member": {"person_id": TEACHER_PERSON},
    "association.leave": {},
    "association.remove-member": {"person_id": SECOND_TEACHER},
    "association.establish": {},
    "association.activate": {},
    "association.elect-leader": {
        "person_id": TEACHER_PERSON,
        "reasons_ref": REMARKS,
        "election": {"date": "2026-09-18", "voters": 3, "votes_for": 2},
        "term_end": "2027-09-17",
    },
    "association.appoint-leader": {
        "person_id": TEACHER_PERSON,
        "order_no": "61-к",
        "term_end": "2027-09-17",
    },
    "association.dissolve": {"meeting_id": MEETING, "item": 2},
    "meeting.plan": {"body": f"council/{UNIVERSITY}.org", "planned_for": "2026-09-18"},
    "meeting.convene": {},
    "meeting.place-item": {
        "kind": "DOCUMENT",
        "documents": [{"document_id": DOCUMENT, "content_hash": TEXT_HASH}],
        "motion": "POSITIVE",
    },
    "meeting.postpone-item": {"item": 2, "reason_ref": REMARKS},
    "meeting.open": {},
    "meeting.record-arrival": {"person_id": DEPUTY_PERSON},
    "meeting.record-departure": {"person_id": DEPUTY_PERSON},
    "meeting.recuse": {"item": 1, "person_id": TEACHER_PERSON},
    "meeting.open-vote": {"item": 1, "secret": False},
    "meeting.close-vote": {
        "item": 1,
        "votes_for": 2,
        "votes_against": 1,
        "abstained": 0,
        "voters": [DEPUTY_PERSON, SECOND_TEACHER, THIRD_TEACHER],
    },
    "meeting.annul-vote": {"item": 1, "reason_ref": REMARKS},
    "meeting.close": {},
    "meeting.minute": {
        "minutes_ref": MINUTES,
        "signed_by": [DEPUTY_PERSON, TEACHER_PERSON],
        "number": 1,
    },
    "meeting.call-off": {"reason_ref": REMARKS},
    "document.create": {
        "bin": UNIVERSITY,
        "kind": "WORKING_STUDY_PLAN",
        "level": "HE",
        "author": {"kind": "UNIT", "unit_id": "em-unit"},
        "titles": {
            "ru": "Рабочий учебный план 6B06102 «Информационные системы»",
            "kk": "6B06102 «Ақпараттық жүйелер» жұмыс оқу жоспары",
        },
        "variants": _VARIANTS,
        "series_id": SERIES,
        "specialty_code": "6B06102",
        "academic_year": "2026-2027",
        "basis_refs": [
            {
                "kind": "STATE_STANDARD",
                "reference": "ГОСО ВО, приказ № 2 от 20.07.2022",
            },
            {"kind": "TYPICAL_STUDY_PLAN", "reference": "ТУП 6B06102-2026"},
        ],
    },
    "document.revise": {"variants": _VARIANTS},
    "document.submit": {},
    "document.record-conclusion": {
        "body": f"council/{UNIVERSITY}.org",
        "content_hash": TEXT_HASH,
        "meeting_id": MEETING,
        "item": 1,
    },
    "document.approve": {
        "act_no": "215-П",
        "valid_from": "2026-09-21",
        "valid_to": "2027-08-31",
    },
    "document.decline": {"reason_ref": REMARKS},
    "document.withdraw": {"reason_ref": REMARKS},
    "carry-over.propose-document": {
        "act": _OLD_ACT,
        "document": {
            "document_id": OLD_DOCUMENT,
            "kind": "WORKING_STUDY_PLAN",
            "level": "HE",
            "titles": {"ru": "Рабочий учебный план 6B06102, набор 2025 года"},
            "variants": _VARIANTS,
            "approver_role": "HEAD",
            "valid_from": "2025-09-01",
            "specialty_code": "6B06102",
            "academic_year": "2025-2026",
        },
    },
    "carry-over.propose-council": {
        "act": _OLD_ACT,
        "council": {
            "council_id": COUNCIL_ID,
            "title": {"ru": "Учебно-методический совет университета"},
            "mandate": {
                "council": "org",
                "seats_min": 3,
                "seats_max": 15,
                "powers": ["REVIEW_STUDY_PLANS", "REVIEW_CURRICULA"],
                "term_months": 36,
                "quorum": _QUORUM,
            },
            "members": [DEPUTY_PERSON, TEACHER_PERSON, SECOND_TEACHER],
            "chair": DEPUTY_PERSON,
            "secretary": TEACHER_PERSON,
            "valid_from": "2025-09-01",
        },
    },
    "carry-over.propose-chair": {
        "act": _OLD_ACT,
        "chair": {
            "body": f"review-body/{UNIVERSITY}.electrical-trades",
            "person_id": TEACHER_PERSON,
            "experience_years": 12,
        },
    },
    "carry-over.confirm": {},
    "carry-over.reject": {"reason_ref": REMARKS},
    "document.replan-route": {"reasons_ref": REMARKS},
    "document.supersede": {"superseded_by": LATER_DOCUMENT},
    "document.annul": {"act_no": "260-П", "reason_ref": REMARKS},
}


def example_of(tag: str) -> Fields:
    """The JSON of a command as a sender may write it."""
    family = tag.partition(".")[0]
    number = list(COMMANDS).index(tag) + 1
    return {
        "command_id": f"8f14e45f-ceea-467f-a9b1-5c3d7e2a{number:04x}",
        "capacity": _CAPACITIES.get(tag, _CAPACITIES.get(family, HEAD)),
        "occurred_at": "2026-09-18T10:30:00+05:00",
        **_SCOPES[family],
        **_FIELDS[tag],
    }


EXAMPLES: dict[str, Fields] = {tag: example_of(tag) for tag in COMMANDS}

BATCH_EXAMPLES: dict[str, Fields] = {
    "document.record-batch-conclusion": {
        "command_id": "5c1f7a2e-90d4-4b36-8e7b-a3d9f0c6b21a",
        "capacity": SECRETARY,
        "occurred_at": "2026-09-18T10:30:00+05:00",
        "body": f"council/{UNIVERSITY}.org",
        "meeting_id": MEETING,
        "item": 1,
        "documents": [
            {"document_id": DOCUMENT, "content_hash": TEXT_HASH},
            {
                "document_id": LATER_DOCUMENT,
                "content_hash": TEXT_HASH,
                "remarks_ref": REMARKS,
            },
        ],
    },
}
"""An example of every batch."""
