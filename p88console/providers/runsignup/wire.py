"""What RunSignUp's API is called by: its paths, and the words in them that may be otherwise.

Confirmed in vendor documentation or in clients that run against the live service, unless marked. A
hidden result set that is edited, and a bib that is written with nothing but its registration id,
are known from calls of the same kind only.
"""

from __future__ import annotations

from p88console.providers.http import Door
from p88console.providers.wire import Form, Mark, Wire

FORMS = {
    "races": Form("/rest/races"),
    "race": Form("/rest/race/{race}"),
    "participants": Form("/rest/race/{race}/participants"),
    "removed_participants": Form("/rest/race/{race}/removed-participants"),
    "refresh_token": Form("/rest/v2/auth/refresh-token.json"),
    "get_result_sets": Form("/rest/race/{race}/results/get-result-sets"),
    "updated_result_sets": Form("/rest/v2/results/updated-result-sets.json"),
    "get_results": Form("/rest/race/{race}/results/get-results"),
    "result_set_splits": Form("/rest/race/{race}/results/result-set-splits"),
    "new_result_set": Form("/rest/race/{race}/results/new-result-set"),
    "edit_result_set": Form("/rest/race/{race}/results/edit-result-set", Mark.ASSUMED),
    "show_result_set": Form("/rest/race/{race}/results/show-result-set"),
    "hide_result_set": Form("/rest/race/{race}/results/hide-result-set"),
    "delete_result_set": Form("/rest/race/{race}/results/delete-result-set"),
    "full_results": Form("/rest/race/{race}/results/full-results"),
    "races_per_page": Form("1000"),
    "participants_per_page": Form("2500"),
    "sets_per_page": Form("5000"),
    "results_per_page": Form("1000", Mark.ONE_SOURCE),
    "bib": Form("bib_num", Mark.ASSUMED),
    "chip": Form("chip_num", Mark.ASSUMED),
    "restrict_potential_dup": Form("F", Mark.ASSUMED),
    "registration_ids": Form("registration_ids", Mark.ONE_SOURCE),
    "gender_place_labels": Form("gender,sex", Mark.ONE_SOURCE),
}
"""`bib` and `chip` name the fields of a bib write; `gender_place_labels` are words, one of which is
in the label of a result's gender place."""


class Room:
    """A part of one RunSignUp account: its door and its words."""

    def __init__(self, door: Door, wire: Wire) -> None:
        self._door = door
        self._wire = wire
