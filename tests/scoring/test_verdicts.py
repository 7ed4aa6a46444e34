import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests

from scoring.verdicts import judge, reason, summary, worst


def verdicts(selected, n, alpha=0.05):
    return [list(row) for row in judge(np.atleast_2d(selected), np.atleast_2d(n), alpha).verdicts]


def test_verdict_of_a_wide_gap_between_two_groups_is_an_alarm_for_both():
    assert verdicts([48, 12], [80, 40]) == [["alarm", "alarm"]]


def test_verdict_is_watch_where_only_the_midp_is_small():
    # None of 9 against 60 of 191: Fisher .060, mid-P .037.
    assert verdicts([0, 60], [9, 191]) == [["watch", "watch"]]


def test_verdict_is_no_conclusion_where_not_even_nobody_would_have_shown():
    # Fisher with none of 8 selected is .108 and the mid-P .054.
    assert verdicts([0, 60], [8, 192])[0][0] == "no_conclusion"
    assert verdicts([3, 57], [8, 192])[0][0] == "no_conclusion"


def test_verdict_is_no_concern_where_an_alarm_was_possible_and_did_not_come():
    assert verdicts([20, 26], [38, 40]) == [["no_concern", "no_concern"]]


def test_verdict_pays_for_the_number_of_groups():
    # None of 10 alone against the rest would be an alarm; among thirty groups it is one to watch.
    assert verdicts([0, 60], [10, 190])[0][0] == "alarm"
    assert verdicts([0] + [2] * 28 + [4], [10] + [6] * 28 + [22])[0][0] == "watch"


def test_verdict_of_those_who_never_got_there_and_of_a_group_without_others():
    assert verdicts([0, 3, 4], [0, 9, 9])[0][0] == "no_conclusion"
    assert verdicts([30], [90]) == [["no_conclusion"]]


def test_empty_cells_are_no_part_of_the_family():
    assert judge(np.array([[5, 0, 4], [3, 0, 0]]), np.array([[9, 0, 9], [5, 0, 0]])).comparisons == 2


def test_verdict_where_nobody_was_selected_is_no_conclusion():
    assert verdicts([0, 0], [50, 50]) == [["no_conclusion", "no_conclusion"]]


def by_the_rule(selected, n, alpha):
    """The rule of the verdicts spelt out once more, slowly, with the tests of scipy and statsmodels."""

    def family(s):
        keys, p = [], []
        for t, g in np.ndindex(n.shape):
            on, os = n[t].sum() - n[t, g], s[t].sum() - s[t, g]
            if n[t, g] and on:
                keys.append((t, g))
                p.append(fisher_exact([[s[t, g], n[t, g] - s[t, g]], [os, on - os]])[1])
        return dict(zip(keys, multipletests(p, method="fdr_bh")[1], strict=True)) if p else {}

    midp, observed = judge(selected, n, alpha).midp, family(selected)
    answer = []
    for t, g in np.ndindex(n.shape):
        none = selected.copy()
        none[t, g] = 0
        if observed.get((t, g), 1) <= alpha:
            answer.append("alarm")
        elif midp[t, g] <= alpha:
            answer.append("watch")
        elif family(none).get((t, g), 1) > alpha:
            answer.append("no_conclusion")
        else:
            answer.append("no_concern")
    return np.array(answer).reshape(n.shape).tolist()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 3), st.sampled_from([0.05, 0.2]))
def test_verdicts_agree_with_the_rule_spelt_out(seed, groups, stages, alpha):
    rng = np.random.default_rng(seed)
    n = rng.integers(0, 30, (stages, groups))
    selected = rng.binomial(n, rng.uniform(0.05, 0.95, (stages, groups)))
    assert verdicts(selected, n, alpha) == by_the_rule(selected, n, alpha)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_concern_is_never_said_of_a_group_that_could_not_have_alarmed(seed):
    rng = np.random.default_rng(seed)
    n = rng.integers(1, 11, (1, 30))
    selected = rng.binomial(n, 0.3)
    for g, verdict in enumerate(verdicts(selected, n)[0]):
        if verdict == "no_concern":
            none = selected.copy()
            none[0, g] = 0
            assert verdicts(none, n)[0][g] == "alarm"


@pytest.mark.parametrize(
    ("verdict", "counts", "sv", "en"),
    [
        (
            "alarm",
            (9, 36, 72, 144),
            "9 av 36 gick vidare, mot 72 av 144 bland alla andra: en så stor skillnad ger slumpen sällan, "
            "även när man räknar in hur många grupper som jämförs.",
            "9 of 36 went on, against 72 of 144 among all others: chance seldom gives a gap this wide, "
            "even allowing for how many groups are compared.",
        ),
        (
            "watch",
            (0, 9, 60, 191),
            "0 av 9 gick vidare, mot 60 av 191 bland alla andra: skillnaden är större än slumpen brukar ge, "
            "men inte tydligt nog för ett larm.",
            "0 of 9 went on, against 60 of 191 among all others: the gap is wider than chance usually gives, "
            "but not clear enough for an alarm.",
        ),
        (
            "no_concern",
            (20, 38, 26, 40),
            "20 av 38 gick vidare, mot 26 av 40 bland alla andra: inte mer än slumpen ofta ger.",
            "20 of 38 went on, against 26 of 40 among all others: no more than chance often gives.",
        ),
        (
            "no_conclusion",
            (1, 7, 60, 190),
            "Så få att det inte skulle synas ens om ingen av de 7 hade gått vidare; "
            "det betyder inte att allt är bra.",
            "So few that it would not show even if none of the 7 had gone on; "
            "that does not mean that all is well.",
        ),
    ],
)
def test_reason_is_one_sentence_in_both_languages(verdict, counts, sv, en):
    assert reason(verdict, *counts) == {"sv": sv, "en": en}


def test_reason_speaks_of_one_person_of_nobody_and_of_nobody_else():
    assert reason("no_conclusion", 1, 1, 3, 9)["en"].startswith("A single person:")
    assert reason("no_conclusion", 0, 0, 3, 9)["en"].startswith("Nobody in the group got this far")
    assert reason("no_conclusion", 3, 9, 0, 0)["en"].startswith("Everyone who answered belongs to the group")


def test_reason_without_the_others_tells_nothing_of_them():
    assert reason("no_concern", 5, 9)["en"] == (
        "5 of 9 went on; compared with all others: no more than chance often gives."
    )


def test_no_reason_or_summary_says_discrimination():
    texts = [reason(v, 3, 9, 4, 9) for v in ("alarm", "watch", "no_conclusion", "no_concern")]
    texts.append(summary(["alarm", "watch", "no_conclusion", "no_concern"]))
    assert not any("iskrimin" in text for both in texts for text in both.values())


def test_worst_is_no_conclusion_only_if_none_allows_one():
    assert worst(["no_conclusion", "no_concern"]) == "no_concern"
    assert worst(["no_concern", "watch", "no_conclusion"]) == "watch"
    assert worst(["watch", "alarm"]) == "alarm"
    assert worst(["no_conclusion"]) == "no_conclusion"
    assert worst([]) == "no_conclusion"


def test_summary_states_what_was_found_and_for_how_many_nothing_can_be_said():
    assert summary(["no_concern"] * 11 + ["no_conclusion"] * 23) == {
        "sv": "Inget att anmärka för 11 av 34 grupper. För 23 är ingen slutsats möjlig; "
        "det betyder inte att allt är bra.",
        "en": "No concern for 11 of 34 groups. For 23 no conclusion is possible; "
        "that does not mean that all is well.",
    }
    assert summary(["alarm", "no_concern"])["en"] == "An alarm for 1 of 2 groups."
    assert summary(["watch", "no_concern"])["en"] == "No alarm, but 1 of 2 groups to watch."
    assert summary(["alarm", "watch"])["en"] == "An alarm for 1 of 2 groups, and 1 to watch."


def test_summary_where_there_is_nothing_to_compare():
    assert summary([])["en"] == "Nobody has answered, so there is nothing to compare."
    assert summary(["no_conclusion"])["en"].startswith("Everyone who answered belongs to the same group")
    assert summary(["no_conclusion"] * 5)["en"].startswith(
        "No conclusion is possible for any of the 5 groups"
    )
