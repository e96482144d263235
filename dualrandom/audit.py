"""The audit log: one door to its rooms.

Border: pure. Bytes in, values and reports out; no file, no clock, no cryptography.

- :mod:`~dualrandom.notes` signed notes and keys · :mod:`~dualrandom.entries` entries
  and approvals · :mod:`~dualrandom.acts` what an entry is about
- :mod:`~dualrandom.merkle` tree and proofs · :mod:`~dualrandom.checkpoints`
  checkpoints, cosignatures, proof files · :mod:`~dualrandom.policy` whom to trust
- :mod:`~dualrandom.logcheck` the full check (with :mod:`~dualrandom.keyring`,
  :mod:`~dualrandom.lives`, :mod:`~dualrandom.anchors`,
  :mod:`~dualrandom.logreport`) · :mod:`~dualrandom.tiles` the published log
- :mod:`~dualrandom.succession` keys that followed

    report = audit.verify_published(get, verify=keys.verify_ed25519, trust=trust)

Spec: log-v1.
"""

from __future__ import annotations

from dualrandom.acts import ACTS, Act, Genesis, Role, check_body, parse_genesis
from dualrandom.checkpoints import (
    Checkpoint,
    Proof,
    SignedCheckpoint,
    add_signature,
    check_proof,
    cosign,
    parse_checkpoint,
    parse_proof,
    proof_bytes,
    shortened,
    sign_checkpoint,
)
from dualrandom.entries import (
    NO_PREVIOUS,
    Body,
    Entry,
    Value,
    approval_text,
    entry_text,
    parse_approval,
    parse_entry,
    sign_approval,
    sign_entry,
)
from dualrandom.keyring import LogKey
from dualrandom.lives import Change, DrawLife, ListState, Opinion
from dualrandom.logcheck import LogChecker, verify_log
from dualrandom.logreport import Finding, LogReport, LogTrust, Weight
from dualrandom.merkle import (
    EMPTY_ROOT,
    Tree,
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)
from dualrandom.notes import (
    COSIGNATURE,
    ED25519,
    MAX_NOTE,
    MAX_SIGNATURES,
    KeyBook,
    Note,
    Signature,
    Signed,
    Signer,
    Verifier,
    VKey,
    check_note,
    check_signature,
    is_key_name,
    key_book,
    open_note,
    parse_vkey,
    sign_note,
    unknown_lines,
    vkey,
)
from dualrandom.policy import Group, Policy, parse_policy, policy_of
from dualrandom.succession import Succession
from dualrandom.tiles import (
    PublishedLog,
    read_log,
    tile_path,
    tiles,
    verify_published,
)

__all__ = [
    "ACTS",
    "COSIGNATURE",
    "ED25519",
    "EMPTY_ROOT",
    "MAX_NOTE",
    "MAX_SIGNATURES",
    "NO_PREVIOUS",
    "Act",
    "Body",
    "Change",
    "Checkpoint",
    "DrawLife",
    "Entry",
    "Finding",
    "Genesis",
    "Group",
    "KeyBook",
    "ListState",
    "LogChecker",
    "LogKey",
    "LogReport",
    "LogTrust",
    "Note",
    "Opinion",
    "Policy",
    "Proof",
    "PublishedLog",
    "Role",
    "Signature",
    "Signed",
    "SignedCheckpoint",
    "Signer",
    "Succession",
    "Tree",
    "VKey",
    "Value",
    "Verifier",
    "Weight",
    "add_signature",
    "approval_text",
    "check_body",
    "check_note",
    "check_proof",
    "check_signature",
    "consistency_proof",
    "cosign",
    "entry_text",
    "inclusion_proof",
    "is_key_name",
    "key_book",
    "open_note",
    "parse_approval",
    "parse_checkpoint",
    "parse_entry",
    "parse_genesis",
    "parse_policy",
    "parse_proof",
    "parse_vkey",
    "policy_of",
    "proof_bytes",
    "read_log",
    "shortened",
    "sign_approval",
    "sign_checkpoint",
    "sign_entry",
    "sign_note",
    "tile_path",
    "tiles",
    "unknown_lines",
    "verify_consistency",
    "verify_inclusion",
    "verify_log",
    "verify_published",
    "vkey",
]
