"""The 33 ways in which a race day goes wrong, and the tests that show what happens then."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.sources import ROOT

TABLE: dict[str, tuple[str, ...]] = {
    # the laptop sleeps in the middle of a push; a desktop is asked not to while there is work, and
    # a lid that closes all the same is noticed
    "D1": (
        "system/test_power.py::test_the_desktop_is_asked_once_and_told_when_it_may_sleep_again",
        "runtime/test_power.py::test_it_stays_awake_while_something_is_unsent_or_a_race_is_on",
        "system/test_sleep.py::test_each_system_is_understood",
        "engine/test_waking.py::test_a_lid_closed_in_the_middle_of_a_push_doubts_what_was_under_way",
        "engine/test_waking.py::test_each_missed_schedule_runs_once_after_a_sleep",
    ),
    # a captive portal answers 200 with a page
    "D2": ("engine/test_network.py::test_a_portal_never_sees_credentials",),
    # a network, and nothing behind it
    "D3": (
        "engine/test_network.py::test_offline_for_an_hour_costs_one_row_and_no_attempt_then_all_drains",
    ),
    # the provider answers 500, 502, or not at all
    "D4": (
        "engine/test_network.py::test_a_provider_that_breaks_off_again_and_again_is_left_alone_a_while",
        "engine/test_faults.py::test_retries_climb_the_ladder_then_fail_for_good",
    ),
    # throttled, in a status or inside a 200
    "D5": (
        "engine/test_network.py::test_asked_to_wait_the_whole_account_waits",
        "engine/test_budget.py::test_a_spent_hour_waits_outside_the_job_and_goes_on_where_it_was",
    ),
    # a token lapses in mid-race
    "D6": (
        "providers/test_tokens.py::test_a_refused_token_is_renewed_once_for_all_calls_that_met_it",
        "providers/test_tokens.py::test_a_token_near_its_end_by_the_providers_clock_is_replaced_beforehand",
        "engine/test_faults.py::test_refused_credentials_hold_the_account_with_one_message",
        "domain/test_doctor.py::test_a_token_that_ends_before_the_race_is_told",
    ),
    # an empty or short list with 200
    "D7": (
        "engine/test_sync.py::test_an_empty_answer_for_a_known_event_changes_nobody_and_asks",
        "store/test_merging.py::test_two_thousand_who_vanish_withdraw_nobody_and_ring_once",
    ),
    # pages cut short, rows that shift between them
    "D8": (
        "providers/test_runsignup_pages.py::test_a_short_page_never_ends_a_listing",
        "engine/test_faults.py::test_a_failed_page_keeps_what_came_and_says_partial",
    ),
    # a since-filter that lies or repeats
    "D9": (
        "providers/test_runsignup.py::test_only_what_changed_since_the_watermark_is_listed",
        "store/test_participants.py::test_the_same_rows_twice_are_no_change",
    ),
    # one bib from two sources
    "D10": (
        "engine/test_sync.py::test_a_bib_worn_twice_in_a_race_is_sent_for_neither",
        "store/test_edits.py::test_a_bib_that_is_worn_twice_asks_with_the_next_free_one",
        "store/test_edits.py::test_races_may_share_bibs_by_setting",
    ),
    # two people swap bibs
    "D11": (
        "engine/test_sync.py::test_a_swap_frees_then_fills_so_that_no_bib_is_worn_twice_there",
        "engine/test_leaving.py::test_a_swap_that_breaks_off_in_the_middle_says_so_and_goes_on",
    ),
    # a bib at the desk while another is typed here
    "D12": (
        "store/test_merging.py::test_what_both_changed_is_a_conflict_and_ours_stays_in_force",
        "store/test_decide.py::test_while_it_is_disputed_scoring_keeps_what_it_holds",
    ),
    # transfer, deferral, refund after the push
    "D13": (
        "store/test_merging.py::test_a_transfer_takes_corrections_along_and_asks_about_the_bib",
        "store/test_ledger.py::test_who_left_after_a_push_is_to_be_withdrawn_by_hand",
    ),
    # half a push, then kill -9
    "D14": (
        "cli/test_crash.py::test_a_push_that_is_killed_creates_nobody_twice",
        "race_day/test_killed.py::test_whoever_is_pushed_survives_every_kill",
    ),
    # the provider says yes and changes nothing
    "D15": (
        "engine/test_sync.py::test_a_field_that_scoring_does_not_take_is_told_and_not_repeated",
    ),
    # one poison record
    "D16": (
        "engine/test_faults.py::test_one_person_who_cannot_be_read_keeps_nobody_else_waiting",
        "engine/test_details.py::test_a_detail_that_breaks_off_keeps_nobody_else_waiting",
        "engine/test_chronotrack.py::test_one_bad_row_takes_nobody_else_along",
        "engine/test_publish.py::test_one_bad_line_never_takes_its_batch_down",
    ),
    # two laptops push the same event
    "D17": (
        "engine/test_beside_each_other.py::test_four_engines_share_the_day_and_do_everything_once",
        "engine/test_publish.py::test_what_somebody_else_wrote_is_said_loudly",
    ),
    # the program is opened twice
    "D18": (
        "engine/test_engine.py::test_a_second_engine_looks_on_until_the_first_is_gone",
        "store/test_queue_claims.py::test_no_job_is_claimed_twice",
        "cli/test_headless.py::test_a_console_that_looks_on_queues_work_for_the_engine",
    ),
    # a clock that is wrong
    "D19": (
        "engine/test_network.py::test_the_clocks_difference_is_measured_by_every_answer",
        "runtime/test_alerts.py::test_a_clock_far_from_a_providers_is_told",
        "engine/test_waking.py::test_a_clock_that_was_set_is_told_and_keeps_no_work_waiting",
    ),
    # zones, summer time, midnight
    "D20": (
        "domain/test_cadence.py::test_the_day_before_is_24_real_hours_not_the_same_wall_time",
        "domain/test_cadence.py::test_in_autumn_the_same_wall_time_is_25_hours_away",
        "engine/test_engine.py::test_discovery_comes_at_two_in_the_venues_morning",
        "providers/test_runsignup.py::test_a_start_is_in_the_zone_of_the_race",
    ),
    # a disk that is full or may only be read
    "D21": (
        "cli/test_database_faults.py::test_a_full_disk_stops_no_engine",
        "engine/test_standstill.py::test_an_engine_waits_for_its_database_and_goes_on_by_itself",
        "engine/test_standstill.py::test_what_was_sent_and_could_not_be_written_down_is_read_back_first",
    ),
    # a database that is damaged, gone, or in a synced folder
    "D22": (
        "cli/test_database_faults.py::test_a_lost_database_is_no_new_one",
        "cli/test_database_faults.py::test_a_damaged_database_is_told_and_its_backup_brings_it_back",
        "cli/test_database_faults.py::test_a_synced_folder_is_refused_with_the_reason",
    ),
    # the power fails, or the battery is about to
    "D23": (
        "runtime/test_power.py::test_a_low_battery_is_told_until_it_is_plugged_in",
        "runtime/test_power.py::test_the_database_is_copied_once_before_the_battery_is_empty",
        "ui/test_board.py::test_the_charge_is_shown_while_the_mains_are_away",
        "race_day/test_killed.py::test_whoever_is_pushed_survives_every_kill",
        "cli/test_backup.py::test_a_backup_is_taken_while_the_engine_runs_and_carries_the_settings",
    ),
    # the terminal goes away, the work does not
    "D24": (
        "engine/test_engine.py::test_a_fault_of_the_engine_is_told_and_leaves_its_host_alive",
        "cli/test_headless.py::test_a_console_that_looks_on_queues_work_for_the_engine",
    ),
    # a shape or a word that was never seen before
    "D25": (
        "providers/test_runsignup.py::test_a_gender_is_read_or_kept_raw_and_flagged",
        "store/test_results.py::test_unknown_words_for_a_standing_stay_as_they_are",
        "providers/test_hostile_rows.py::test_any_row_is_translated_or_told_by_its_field",
    ),
    # odd names, and two people with the same one
    "D26": ("store/test_participants.py::test_two_people_with_one_name_and_birth_date_stay_two",),
    # many events hide the race of the day
    "D27": (
        "engine/test_many_events.py::test_the_nearest_gun_keeps_its_minute_and_nobody_starves",
        "engine/test_many_events.py::test_a_budget_that_cannot_serve_all_is_stretched_fairly_and_said",
    ),
    # published twice, out of order, older over newer
    "D28": (
        "engine/test_publish.py::test_an_older_version_never_overwrites_a_newer_one",
        "engine/test_publish.py::test_code_12_is_recovered_by_reading_what_is_there",
    ),
    # results revised after they were published
    "D29": (
        "engine/test_publish.py::test_corrections_go_out_in_part_into_the_same_list",
        "engine/test_publish.py::test_a_finish_that_is_taken_back_goes_out_as_a_fresh_list",
    ),
    # the wrong key
    "D30": (
        "engine/test_publish.py::test_what_the_console_publishes_can_be_cancelled_for_ten_seconds",
        "ui/test_work.py::test_d_shows_what_a_push_would_do_and_p_sends_it",
        "ui/test_keys.py::test_x_asks_first_and_names_what_it_touches",
        "store/test_edits.py::test_undo_takes_back_the_newest_change_then_the_one_before",
    ),
    # offline until the provider's window has closed; no provider tells when that is, so the way
    # out is a file that its own import takes
    "D31": ("cli/test_export.py::test_chronotrack_gets_its_own_columns_dates_and_mark",),
    # a failed connect is no verdict
    "D32": (
        "engine/test_faults.py::test_an_unreachable_provider_burns_no_attempt",
        "domain/test_outcome.py::test_every_provider_fault_has_one_outcome_that_lies_ahead",
    ),
    # secrets in logs and reports
    "D33": (
        "cli/test_canaries.py::test_a_whole_run_leaves_no_secret_behind",
        "providers/test_http.py::test_no_secret_is_in_any_fault",
    ),
}

LABEL = re.compile(r"\bD\d{1,2}(?=\.)")


def labelled() -> Iterator[tuple[str, str]]:
    """Every label and the test that carries it, as `folder/file::name`."""
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                where = file.relative_to(ROOT / "tests").as_posix()
                for label in LABEL.findall(ast.get_docstring(node) or ""):
                    yield label, f"{where}::{node.name}"


FOUND = set(labelled())


def test_all_33_are_here() -> None:
    assert list(TABLE) == [f"D{number}" for number in range(1, 34)]


@pytest.mark.parametrize(("failure", "shown_by"), TABLE.items(), ids=list(TABLE))
def test_each_failure_has_its_tests(failure: str, shown_by: tuple[str, ...]) -> None:
    assert shown_by
    assert {(failure, test) for test in shown_by} <= FOUND
