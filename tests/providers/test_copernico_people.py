"""Who is who at a far side that may choose ids of its own."""

from __future__ import annotations

from p88console.providers.base import Seen
from p88console.providers.copernico.people import entries, participant, person, strangers

ADA = {"first_name": "Ada", "last_name": "Example", "birth_date": "1984-02-03", "race": "1"}


def test_an_athlete_under_an_id_of_the_far_sides_own_is_known_by_who_they_are() -> None:
    foreign = Seen("D21D9C3F", "D21D9C3F", ADA)
    assert strangers([foreign]) == {person(ADA): foreign}


def test_a_twin_who_is_there_already_is_never_taken_for_the_other() -> None:
    assert strangers([Seen("runsignup-7", "runsignup-7", ADA)]) == {}


def test_two_strangers_alike_answer_to_nobody() -> None:
    assert strangers([Seen("A", "A", ADA), Seen("B", "B", ADA)]) == {}


def test_an_athlete_in_two_events_is_two_participants() -> None:
    athlete = {
        "id": "AAAA1111",
        "name": "Eva",
        "surname": "Ejemplo",
        "gender": "female",
        "e-mail": "eva@example.org",
        "events": [
            {"event": "Maratón", "dorsal": "90001", "chip": [90001]},
            {"event": "5K", "dorsal": 7, "chip": []},
        ],
    }
    marathon, short = (participant(row) for row in entries(athlete))
    assert (marathon.provider_id, marathon.provider_race_id) == ("AAAA1111", "Maratón")
    assert (marathon.bib, marathon.chip, marathon.gender) == ("90001", "90001", "F")
    assert (short.provider_id, short.bib, short.chip) == ("AAAA1111:5K", "7", None)
