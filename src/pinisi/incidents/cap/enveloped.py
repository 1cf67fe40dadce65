"""The signature element of a message, and the bytes that it speaks for. Canonical XML is lxml's. Needs `trust`.

Only one kind of signature says something about the whole alert: one that is a child of it, refers to the whole
document, and leaves out nothing but signatures. Any other is told as misplaced, so that none can be wrapped around
something else (McIntosh and Austel 2005).
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple, cast

from pinisi.incidents.cap.algorithms import DSIG

Tree = Any
"""An element of lxml, which has no types of its own."""
etree: Any = import_module("lxml.etree")

ENVELOPED = DSIG + "enveloped-signature"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N: Mapping[str, tuple[bool, bool]] = {
    INCLUSIVE: (False, False),
    INCLUSIVE + "#WithComments": (False, True),
    "http://www.w3.org/2006/12/xml-c14n11": (False, False),
    "http://www.w3.org/2006/12/xml-c14n11#WithComments": (False, True),
    EXCLUSIVE: (True, False),
    EXCLUSIVE + "WithComments": (True, True),
}
"""Exclusive, with comments. Version 1.1 differs only for parts of a document (its clause 2.4)."""


class Misplaced(ValueError):
    """The signature does not speak for the whole alert; the text says what it does instead."""


class Broken(ValueError):
    """The signature lacks what a signature needs."""


class Method(NamedTuple):
    """A canonical form, and the prefixes that an exclusive one keeps all the same."""

    algorithm: str
    prefixes: tuple[str, ...] = ()


class Parts(NamedTuple):
    """What a signature says of itself; base 64 as written."""

    canonical: Method
    algorithm: str
    content: Method
    digest_algorithm: str
    digest: str
    value: str
    certificates: tuple[str, ...]
    key_value: tuple[str, str] | None


class Form(NamedTuple):
    """Bytes that the signature may speak for, and those of its own statement."""

    content: bytes
    statement: bytes
    laid_out: bool


def tag(name: str) -> str:
    return f"{{{DSIG}}}{name}"


def parse(body: bytes, *, without_layout: bool = False) -> Tree:
    """The root of a document that is known to be well-formed and without a document type.

    Raises:
        Broken: lxml reads it otherwise.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=without_layout, huge_tree=False
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Broken(str(error)) from None
    if root.getroottree().docinfo.doctype:
        raise Broken("declares a document type")
    return root


def signatures_of(root: Tree) -> list[Tree]:
    """Raises Misplaced: one stands somewhere else than directly in the alert."""
    own = root.findall(tag("Signature"))
    if len(list(root.iter(tag("Signature")))) != len(own):
        raise Misplaced("Signature inside another element")
    return own


def parts_of(signature: Tree) -> Parts:
    """Raises Misplaced and Broken."""
    signed = _only(signature, "SignedInfo")
    reference = _only(signed, "Reference")
    if reference.get("URI") != "":
        raise Misplaced(f"Reference URI={reference.get('URI')!r}")
    return Parts(
        canonical=_method(_only(signed, "CanonicalizationMethod")),
        algorithm=_only(signed, "SignatureMethod").get("Algorithm") or "",
        content=_content_form(reference),
        digest_algorithm=_only(reference, "DigestMethod").get("Algorithm") or "",
        digest=_only(reference, "DigestValue").text or "",
        value=_only(signature, "SignatureValue").text or "",
        certificates=tuple(each.text or "" for each in signature.iter(tag("X509Certificate"))),
        key_value=_key_value(signature),
    )


def _only(parent: Tree, name: str) -> Tree:
    found = parent.findall(tag(name))
    if len(found) != 1:
        raise (Misplaced if name == "Reference" and found else Broken)(f"{len(found)} {name}")
    return found[0]


def _method(element: Tree) -> Method:
    algorithm = element.get("Algorithm") or ""
    if algorithm not in C14N:
        raise Misplaced(f"{algorithm[:100]}")
    kept = element.find(f"{{{EXCLUSIVE}}}InclusiveNamespaces")
    return Method(algorithm, tuple((kept.get("PrefixList") or "").split()) if kept is not None else ())


def _content_form(reference: Tree) -> Method:
    """Transforms may leave out signatures and make canonical; anything else could leave out the alert."""
    form, enveloped = Method(INCLUSIVE), False
    for transform in reference.iterfind(f"{tag('Transforms')}/{tag('Transform')}"):
        if transform.get("Algorithm") == ENVELOPED:
            enveloped = True
        else:
            form = _method(transform)
    if not enveloped:
        raise Misplaced("no enveloped-signature")
    return form


def _key_value(signature: Tree) -> tuple[str, str] | None:
    path = "/".join(tag(name) for name in ("KeyInfo", "KeyValue", "RSAKeyValue"))
    found = signature.find(path)
    if found is None:
        return None
    return found.findtext(tag("Modulus")) or "", found.findtext(tag("Exponent")) or ""


def forms(body: bytes, number: int, parts: Parts) -> Iterator[Form]:
    """What the signature of that number may speak for, the strictest reading first.

    Then: without the other signatures of the alert (senders who countersign leave out all of them), with what stands
    outside the alert, and all of these without the white space between elements.
    """
    for without_layout in (False, True):
        root = parse(body, without_layout=without_layout)
        own = signatures_of(root)
        if number >= len(own):
            return
        statement = _statement(own[number], parts.canonical)
        for left_out in [[number]] + ([list(range(len(own)))] if len(own) > 1 else []):
            for content in _contents(root, left_out, parts.content):
                yield Form(content, statement, without_layout)


def _contents(root: Tree, left_out: Sequence[int], method: Method) -> Iterator[bytes]:
    tree = copy.deepcopy(root.getroottree())
    alert = tree.getroot()
    signatures = alert.findall(tag("Signature"))
    for number in left_out:
        _take_out(signatures[number])
    yield canonical(alert, method)
    if alert.getprevious() is not None or alert.getnext() is not None:
        yield canonical(tree, method)


def _take_out(element: Tree) -> None:
    """Without the element; the text behind it stays."""
    before, parent, tail = element.getprevious(), element.getparent(), element.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _statement(signature: Tree, method: Method) -> bytes:
    return canonical(signature.find(tag("SignedInfo")), method)


def canonical(tree: Tree, method: Method) -> bytes:
    """Of an element, as a document of its own with the namespaces it stands in; of a tree, with what is outside.

    An element that is not alone in its document lxml would give `xmlns=""` that is not there.
    """
    if not hasattr(tree, "getroot"):
        tree = etree.fromstring(etree.tostring(tree, with_tail=False)).getroottree()
    exclusive, comments = C14N[method.algorithm]
    prefixes = list(method.prefixes) if exclusive and method.prefixes else None
    made = etree.tostring(
        tree, method="c14n", exclusive=exclusive, with_comments=comments, inclusive_ns_prefixes=prefixes
    )
    return cast("bytes", made)
