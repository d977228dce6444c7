"""Check an evidence package of Street Warden: python check.py PACKAGE.zip PUBLIC_KEY.pem (pip install cryptography).

Take the key from the office (GET /api/v1/audit/keys), not from the package. 公钥请向出具单位索取，不要用包内的。
"""

import hashlib
import json
import sys
import zipfile
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key


def check(package: str | Path, key_file: str | Path) -> list[str]:
    """Every fault of a package, one line each; none: it is as the office made it."""
    key = load_pem_public_key(Path(key_file).read_bytes())
    with zipfile.ZipFile(package) as zipped:
        names = zipped.namelist()
        if len(names) != len(set(names)):
            return ["a name is in the package twice"]
        if any(entry.file_size > 2**28 for entry in zipped.infolist() if entry.filename.endswith((".json", ".sig"))):
            return ["a list in the package has more than 256 MiB unpacked: nothing that an office made"]
        manifest = zipped.read("manifest.json")
        try:
            assert isinstance(key, Ed25519PublicKey), "the key is not of the kind Ed25519"
            key.verify(bytes.fromhex(zipped.read("manifest.sig").decode()), manifest)
        except (InvalidSignature, ValueError):
            return ["manifest.json: the signature is not that of this key over this manifest"]
        files = {entry["path"]: entry["sha256"] for entry in json.loads(manifest)["files"]}
        faults = [f"{n}: is not in the manifest" for n in names if n not in {*files, "manifest.json", "manifest.sig"}]
        faults += [f"{path}: is missing" for path in files if path not in names]
        for path in files.keys() & set(names):
            with zipped.open(path) as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != files[path]:  # type: ignore[arg-type]
                    faults.append(f"{path}: was altered")
        for row in json.loads(zipped.read("history.json")):
            rest = {name: value for name, value in row.items() if name not in ("previous_hash", "hash")}
            text = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            if hashlib.sha256(f"{row['previous_hash']}\n{text}".encode()).hexdigest() != row["hash"]:
                faults.append(f"history.json: audit row {row['sequence']} does not fit its hash")
    return faults


if __name__ == "__main__":
    found = check(sys.argv[1], sys.argv[2])
    print("\n".join(found) or "unaltered 未被改动")
    sys.exit(bool(found))
