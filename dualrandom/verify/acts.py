"""One act of a draw in the audit log: its entry, and the proof that it stands there.

Each file is checked for itself, so that one that is missing shields no other. The
entry names the keys that its signatures and its checkpoint's should be by: that makes
any changed byte visible to any reader, and makes nobody trustworthy.

Spec: draw-v1 §2 (``log/``), §7; log-v1 §2, §3, §5.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from dualrandom.canonical import leaf_hash, sha256
from dualrandom.checkpoints import check_proof, parse_checkpoint, parse_proof
from dualrandom.entries import approval_text, parse_entry
from dualrandom.errors import VerificationError
from dualrandom.model import is_hex
from dualrandom.notes import (
    COSIGNATURE,
    ED25519,
    check_note,
    check_signature,
    key_book,
    open_note,
    parse_vkey,
    unknown_lines,
)
from dualrandom.policy import Policy
from dualrandom.succession import Succession

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dualrandom.announcement import Announcement
    from dualrandom.checkpoints import Checkpoint, Proof, SignedCheckpoint
    from dualrandom.entries import Entry
    from dualrandom.notes import Note, Signature, Signed, Verifier, VKey
    from dualrandom.verify.report import Steps


Trust: TypeAlias = Policy | Succession
"""What a reader brings: a policy, or a kept genesis entry and what followed."""

_ALSO: Final = {
    "announce": ("keys",),
    "result": ("keys", "result"),
    "abandon": ("keys", "reason", "party"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """An act that stands in the log as it should.

    Attributes:
        entry: what it says.
        leaf: its leaf hash.
        approvers: keys of others whose approvals of it are valid; never the log's.
        named: names of the keys that it names, but for the log's and the signer's.
        signed: the proof's checkpoint; None: no proof that holds.
        cosigned: its valid cosignatures.
    """

    entry: Entry
    leaf: bytes
    approvers: frozenset[VKey]
    named: frozenset[str]
    signed: SignedCheckpoint | None = None
    cosigned: tuple[Signed, ...] = ()


class Act:
    """The two files of one act in ``log/``."""

    def __init__(
        self,
        steps: Steps,
        act: str,
        *,
        files: Mapping[str, bytes],
        verifier: Verifier,
        trust: Trust | None,
    ) -> None:
        self._steps, self._act, self._files = steps, act, files
        self._verifier, self._trust = verifier, trust
        self.step = f"{act}_entry"
        self.entry, self.proof = f"log/{act}.entry", f"log/{act}.tlog-proof"

    def check(self, announcement: Announcement, commitment: str) -> Logged | None:
        """Check what is here of the two; return the act if its entry holds."""
        read = proof = None
        for name in (self.entry, self.proof):
            if name not in self._files:
                self._steps.unchecked(self.step, "absent", name)
        if self.entry in self._files:
            read = self._read_entry(announcement, commitment)
        if self.proof in self._files:
            proof = self._read_proof()
        if read is None:
            return None
        logged, keys = read
        if proof is not None:
            logged = self._check_proof(logged, keys, proof)
        if logged.signed is not None:
            self._steps.agrees(self.step, self.entry, seq=logged.entry.seq)
        return logged

    # -- the entry

    def _read_entry(
        self, announcement: Announcement, commitment: str
    ) -> tuple[Logged, list[VKey]] | None:
        data = self._files[self.entry]
        try:
            entry, note = parse_entry(data)
        except VerificationError:
            self._steps.differs(self.step, "E850", self.entry)
            return None
        if not self._is_about(entry, announcement, commitment):
            self._steps.differs(self.step, "E851", self.entry)
            return None
        keys = self._keys(entry)
        if keys is None:
            self._steps.differs(self.step, "E850", self.entry)
            return None
        made = self._check_note(self.entry, note, keys, entry.by)
        if made is None:
            return None
        signers = {signed.key for signed in made}
        others = self._approvers(entry, keys, signers)
        if others is None:
            return None
        named = {key.name for key in keys} - {entry.log, entry.by}
        logged = Logged(
            entry=entry,
            leaf=leaf_hash(data),
            approvers=others,
            named=frozenset(named),
        )
        return logged, keys

    def _is_about(
        self, entry: Entry, announcement: Announcement, commitment: str
    ) -> bool:
        """Say whether an entry is this act of this draw; note what is unknown in it."""
        body: dict[str, Any] = dict(entry.body)
        state: dict[str, object] = {}
        due: dict[str, object] = {"draw": announcement.draw, "commitment": commitment}
        if self._act == "announce":
            state = asdict(announcement.registry)
            due |= {"task": announcement.task.id, "registry": state}
            own = body.get("registry")
            fits = isinstance(own, dict)
            registry: dict[str, object] = own if isinstance(own, dict) else {}
            # What is unknown there is noted below, not compared.
            body["registry"] = {name: registry.get(name) for name in state}
            strange = [f"registry.{name}" for name in registry if name not in state]
        else:
            strange = []
            fits = self._has_end(body)
        strange += [name for name in body if name not in (*due, *_ALSO[self._act])]
        for name in (*entry.unknown, *sorted(strange)):
            self._steps.unchecked(self.step, "unknown_field", self.entry, field=name)
        named = {name: body.get(name) for name in due}
        return fits and entry.act == f"draw.{self._act}" and named == due

    def _has_end(self, body: Mapping[str, object]) -> bool:
        if self._act == "abandon":
            texts = (body.get("reason"), body.get("party", "-"))
            return all(isinstance(text, str) and text != "" for text in texts)
        result = str(body.get("result"))
        here = self._files.get("result.json")
        if here is None or sha256(here) == result:
            return is_hex(result, 64)
        # One of the two was changed: which, cannot be told.
        self._steps.differs(self.step, "E810", "result.json", document=self.entry)
        return False

    def _keys(self, entry: Entry) -> list[VKey] | None:
        """Return the keys that an entry names; None: they are not as they must be."""
        texts = dict[str, Any](entry.body).get("keys")
        if not isinstance(texts, list) or not texts:
            return None
        if not all(isinstance(text, str) for text in texts):
            return None
        if texts != sorted(set(texts), key=str.encode):
            return None
        keys = []
        for text in texts:
            try:
                key = parse_vkey(text)
            except VerificationError:
                return None
            if key.kind == COSIGNATURE:
                return None
            if key.kind != ED25519:
                self._steps.unchecked(
                    self.step, "unknown_field", self.entry, field=key.name
                )
            keys.append(key)
        return [key for key in keys if key.kind == ED25519]

    def _approvers(
        self, entry: Entry, keys: Sequence[VKey], signers: set[VKey]
    ) -> frozenset[VKey] | None:
        """Return who else approved validly; None: one does not hold, or is missing."""
        asked = approval_text(entry.log, entry.act, entry.body, entry.op)
        approvers: set[VKey] = set()
        strangers = False
        for text in entry.approvals:
            try:
                note = open_note(text.encode())
            except (VerificationError, UnicodeEncodeError):
                note = None
            if note is None or note.text != asked:
                self._steps.differs(self.step, "E853", self.entry, key=entry.by)
                return None
            made = self._check_note(self.entry, note, keys, None)
            if made is None:
                return None
            # The log's key is the office's, and nobody's personal key.
            approvers |= {s.key for s in made if s.key.name != entry.log}
            strangers = strangers or len(made) < len(note.signatures)
        if self._act == "abandon" and not (approvers - signers or strangers):
            self._steps.differs(self.step, "E853", self.entry, key=entry.by)
            return None
        return frozenset(approvers - signers)

    # -- the proof

    def _read_proof(self) -> Proof | None:
        try:
            proof = parse_proof(self._files[self.proof])
            extensions = parse_checkpoint(proof.checkpoint).checkpoint.extensions
        except VerificationError:
            self._steps.differs(self.step, "E850", self.proof)
            return None
        if proof.extra is not None or extensions:
            self._steps.unchecked(self.step, "unknown_field", self.proof, field="extra")
        return proof

    def _check_proof(
        self, logged: Logged, keys: Sequence[VKey], proof: Proof
    ) -> Logged:
        try:
            signed = check_proof(proof, logged.leaf)
        except VerificationError:
            self._steps.differs(self.step, "E852", self.proof)
            return logged
        origin = signed.checkpoint.origin
        if logged.entry.log != origin or logged.entry.seq != proof.index:
            self._steps.differs(self.step, "E851", self.proof)
            return logged
        policy = policy_at(self._trust, signed.checkpoint.size)
        logs, witnesses = trusted(policy)
        known = [*keys, *(key.cosigner for key in keys), *logs, *witnesses]
        made = self._check_note(self.proof, signed.note, known, origin)
        if made is None or not self._check_trust(policy, signed.checkpoint, made):
            return logged
        cosigned = tuple(one for one in made if one.time is not None)
        return replace(logged, signed=signed, cosigned=cosigned)

    def _check_trust(
        self, policy: Policy | None, made: Checkpoint, signatures: Sequence[Signed]
    ) -> bool:
        if policy is None or not policy.logs:
            self._steps.unchecked("log_trust", "no_policy", self.proof)
            return True
        keys = {signature.key for signature in signatures}
        signed = any(k in policy.logs and k.name == made.origin for k in keys)
        if isinstance(self._trust, Succession):
            root = self._trust.root(made.size)
            if root not in (None, made.root):
                self._steps.differs("log_trust", "E794", self.proof, size=made.size)
                return False
            if not signed and root is None and made.origin == self._trust.origin:
                # Another key may have followed; the log would say.
                self._steps.unchecked(
                    "log_trust", "log_key_later", self.proof, size=self._trust.size
                )
                return True
        if not signed:
            self._steps.differs("log_trust", "E854", self.proof)
            return False
        if policy.allows(keys):
            self._steps.agrees("log_trust", self.proof)
        else:
            self._steps.unchecked("log_trust", "no_quorum", self.proof)
        return True

    # -- signatures

    def _check_note(
        self, file: str, note: Note, known: Sequence[VKey], due: str | None
    ) -> tuple[Signed, ...] | None:
        """Return the valid signatures by known keys; None: one does not hold.

        Args:
            file: where the note stands.
            note: what is signed.
            known: whose signatures can be checked.
            due: whose signature must be there; None: nobody's in particular.
        """
        book = key_book(known)
        if len(set(note.signatures)) < len(note.signatures):
            # Nobody writes a line twice: somebody changed the file.
            self._steps.differs(self.step, "E853", file, key=note.signatures[-1].name)
            return None
        try:
            made = check_note(note, book, self._verifier)
        except VerificationError as error:
            key = str(error.params.get("key", ""))
            self._steps.differs(self.step, "E853", file, key=key)
            return None
        strangers = unknown_lines(note, book)
        for line in strangers:
            if self._is_altered(line, note, known):
                self._steps.differs(self.step, "E853", file, key=line.name)
                return None
            self._steps.unchecked(self.step, "unnamed_key", file, key=line.name)
        signers = {one.key.name for one in made if one.time is None}
        if due is not None and due not in signers | {line.name for line in strangers}:
            self._steps.differs(self.step, "E853", file, key=due)
            return None
        return made

    def _is_altered(self, line: Signature, note: Note, known: Sequence[VKey]) -> bool:
        """Say whether a known key's line was changed so that it seems a stranger's.

        Its name or its key id is still there, and the signature holds; or all but the
        last byte of the id, which shares a base64 letter with the signature.
        """
        for key in known:
            if (key.name == line.name) == (key.id == line.id):
                continue
            if key.name == line.name and key.id[:-1] == line.id[:-1]:
                return True
            with suppress(VerificationError):
                check_signature(key, line, note.text, self._verifier)
                return True
        return False


def policy_at(trust: Trust | None, size: int) -> Policy | None:
    """Return whom a reader trusts when the log has a size."""
    return trust.policy(size) if isinstance(trust, Succession) else trust


def trusted(trust: Policy | None) -> tuple[tuple[VKey, ...], tuple[VKey, ...]]:
    """Return the log keys and the witnesses' cosigning keys of a policy."""
    if trust is None:
        return (), ()
    return trust.logs, tuple(key for _, key in trust.witnesses)
