"""A fixed number of damaged messages; a hundred thousand are a long test and a bench (`incidents.cap.`)."""

from cap_fuzz import fuzz


def test_the_judge_answers_every_damaged_message_in_words() -> None:
    run = fuzz(400, seed=20_261_125)
    assert run.documents == 400 and run.valid > 5 and run.read > run.valid
