"""A procedure, or one that is followed, as a page to print: boxes to tick, lines to write on, no script. Pure."""

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape

from pinisi.city.text import Language, Text
from pinisi.console.procedure_json import owner_json
from pinisi.console.town import Town
from pinisi.incidents.procedures.messages import DRILL, PLACES, Facts, filled
from pinisi.incidents.procedures.playbook import Playbook, Step
from pinisi.incidents.procedures.run import Progress, Run
from pinisi.vocabulary.instant import SECOND, Instant

_STYLE = """
@page { margin: 14mm 12mm; }
body { font: 10.5pt/1.4 "IBM Plex Sans", "Noto Sans", "Noto Sans CJK JP", sans-serif; color: #111; }
body { margin: 0 auto; max-width: 46rem; }
h1 { font-size: 15pt; margin: 0 0 2mm; } .drill { border: 2px solid; padding: 2mm 3mm; font-weight: 600; }
li { break-inside: avoid; margin: 0 0 3.5mm; } .box { font-size: 14pt; line-height: 1; } .who { font-weight: 600; }
.said, .made { color: #333; } .write { border-bottom: 1px solid #777; height: 6mm; } .passed { color: #777; }
ul { margin: 1mm 0; padding-left: 5mm; }
blockquote { margin: 1.5mm 0; padding: 1.5mm 3mm; border-left: 2px solid #777; }
"""
BLANKS = Facts(dict.fromkeys(PLACES, "________"))
"""For a procedure on paper: lines to write on."""
CONTENT_SECURITY = b"default-src 'none'; style-src 'sha256-%s'" % base64.b64encode(
    hashlib.sha256(_STYLE.encode()).digest()
)
_WORDS = {
    "version": Text("versi", "version", "版"),
    "due": Text("paling lama {time}", "within {time}", "{time}以内"),
    "after": Text("setelah: {steps}", "after: {steps}", "次の後: {steps}"),
    "escalate": Text("setelah {time} ke {who}", "after {time} to {who}", "{time}後に{who}へ"),
    "to": Text("langkah berikut: {steps}", "leads to: {steps}", "次の手順: {steps}"),
    "sources": Text("Sumber", "Sources", "出典"),
    "by": Text("Oleh / jam", "By / time", "担当・時刻"),
    "done": Text("selesai {time}, {who}", "done {time}, {who}", "完了 {time} {who}"),
    "skipped": Text("dilewati {time}, {who}", "skipped {time}, {who}", "省略 {time} {who}"),
    "passed": Text("tidak dijalani", "not followed", "該当せず"),
    "must": Text("tidak boleh dilewati", "must not be skipped", "省略不可"),
}
_ROLES = {
    "operator": Text("Operator", "Operator", "オペレーター"),
    "supervisor": Text("Penyelia", "Supervisor", "監督者"),
    "call-taker": Text("Penerima panggilan", "Call taker", "受付担当"),
    "lead": Text("Instansi utama", "Lead agency", "主管機関"),
    "public": Text("Masyarakat", "The public", "市民"),
}


def printed(town: Town, playbook: Playbook, run: Run | None, language: Language, facts: Facts) -> str:
    """The page; with a run, what was done in it. `facts` fill the messages."""
    title = f"{_in(playbook.title, language)} ({_word('version', language)} {playbook.version})"
    drill = f'<p class="drill">{_html(_in(DRILL, language))}</p>' if run is not None and run.drill else ""
    numbers = {step.id: number for number, step in enumerate(playbook.steps, start=1)}
    steps = "".join(_step(town, step, numbers, run, language, facts) for step in playbook.steps)
    sources = "".join(
        f"<li>{_html(source.title)}. {_html(source.publisher)}, {source.year}</li>" for source in playbook.sources
    )
    purpose = _html(_in(playbook.purpose, language))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{_html(title)}</title>'
        f"<style>{_STYLE}</style></head><body>{drill}<h1>{_html(title)}</h1><p>{purpose}</p>"
        f"<ol>{steps}</ol><h2>{_word('sources', language)}</h2><ul>{sources}</ul></body></html>"
    )


def _step(town: Town, step: Step, numbers: dict[str, int], run: Run | None, language: Language, facts: Facts) -> str:
    progress = None if run is None else run.progress(step.id)
    over = progress is not None and progress.state in ("done", "skipped")
    passed = progress is not None and progress.state == "passed"
    parts = [
        f'<span class="box">{"☑" if over else "☐"}</span>',
        f'<span class="who">{_html(_owner(town, step.owner, language))}</span>',
        " · ".join(_html(part) for part in _conditions(town, step, numbers, language)),
        f"<p>{_html(_in(step.text, language))}</p>",
        *_decision(step, numbers, progress, language),
    ]
    if step.message:
        text = filled(step.message.text, facts, drill=run is not None and run.drill)
        parts.append(f"<blockquote>{_html(_in(text, language))}</blockquote>")
    parts.append(_made(town, progress, language) if over or passed else _to_write(language))
    return f"<li{' class=passed' if passed else ''}>{' '.join(parts)}</li>"


def _conditions(town: Town, step: Step, numbers: dict[str, int], language: Language) -> Iterator[str]:
    if step.due:
        yield _word("due", language, time=_span(step.due))
    if step.escalation:
        who = _owner(town, step.escalation.to, language)
        yield _word("escalate", language, time=_span(step.escalation.after), who=who)
    if step.after:
        yield _word("after", language, steps=_numbers(step.after, numbers))
    if not step.skippable:
        yield _word("must", language)


def _decision(step: Step, numbers: dict[str, int], progress: Progress | None, language: Language) -> Iterator[str]:
    if step.decision is None:
        return
    yield f"<p>{_html(_in(step.decision.question, language))}</p><ul>"
    for answer in step.decision.answers:
        box = "☑" if progress is not None and progress.answer == answer.id else "☐"
        leads = f" ({_word('to', language, steps=_numbers(answer.to, numbers))})" if answer.to else ""
        yield f"<li>{box} {_html(_in(answer.text, language))}{_html(leads)}</li>"
    yield "</ul>"


def _made(town: Town, progress: Progress | None, language: Language) -> str:
    if progress is None or progress.state == "passed":
        return f'<p class="made">{_word("passed", language)}</p>'
    told = _word(progress.state, language, time=_local(town, progress.ended), who=progress.name)
    said = f' <span class="said">{_html(progress.words)}</span>' if progress.words else ""
    return f'<p class="made">{_html(told)}{said}</p>'


def _to_write(language: Language) -> str:
    return f'<p class="write">{_word("by", language)}:</p>'


def _owner(town: Town, owner: str, language: Language) -> str:
    name = owner_json(town, owner)["name"]
    return str(name[language]) if name else _in(_ROLES[owner], language) if owner in _ROLES else owner


def _numbers(steps: tuple[str, ...], numbers: dict[str, int]) -> str:
    return ", ".join(str(numbers[id]) for id in steps if id in numbers)


def _span(seconds: int) -> str:
    """Hours and minutes as they are written in the file: 1h30m."""
    parts = [(seconds // 86_400, "d"), (seconds // 3_600 % 24, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s")]
    return "".join(f"{number}{unit}" for number, unit in parts if number)


def _local(town: Town, moment: Instant) -> str:
    local = datetime.fromtimestamp(moment / SECOND, UTC).astimezone(town.profile.zone)
    return f"{local:%Y-%m-%d %H:%M}"


def _word(name: str, language: Language, **values: str) -> str:
    return _in(_WORDS[name], language).format(**values)


def _in(text: Text, language: Language) -> str:
    return str(getattr(text, language))


def _html(text: str) -> str:
    return escape(text)
