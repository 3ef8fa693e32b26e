"""A county's own certificate authority and server certificate, for https on an office's network."""

import ipaddress
import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_YEARS, SERVER_DAYS = 10, 397  # browsers refuse server certificates that last longer
RENEW_BEFORE = timedelta(days=30)


@dataclass(frozen=True)
class Made:
    """Paths of the server's certificate (with the authority behind it) and key."""

    certificate: Path
    key: Path


def ensure(folder: Path, host: str) -> Made:
    """The certificate in `folder`, made or renewed when missing, near its end or for another host."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority, authority_key = _authority(folder)
    made = Made(folder / "server.crt", folder / "server.key")
    if not _still_good(made.certificate, host):
        _server(made, authority, authority_key, host)
    return made


def _authority(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The authority; its certificate is what people install (served at /certificate/)."""
    crt, key_path = folder / "county-ca.crt", folder / "county-ca.key"
    if crt.exists() and key_path.exists():
        key = serialization.load_pem_private_key(key_path.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return x509.load_pem_x509_certificate(crt.read_bytes()), key
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Huiyin county authority")])
    builder = _builder(name, name, key.public_key(), timedelta(days=365 * AUTHORITY_YEARS))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    certificate = builder.sign(key, hashes.SHA256())
    _write_key(key_path, key)
    crt.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return certificate, key


def _server(
    made: Made, authority: x509.Certificate, authority_key: ec.EllipticCurvePrivateKey, host: str
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    builder = _builder(name, authority.subject, key.public_key(), timedelta(days=SERVER_DAYS))
    builder = builder.add_extension(x509.SubjectAlternativeName(_names(host)), critical=False)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    certificate = builder.sign(authority_key, hashes.SHA256())
    _write_key(made.key, key)
    chain = [certificate, authority]
    made.certificate.write_bytes(b"".join(c.public_bytes(serialization.Encoding.PEM) for c in chain))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, lasts: timedelta
) -> x509.CertificateBuilder:
    begins = datetime.now(UTC) - timedelta(hours=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + lasts)
    )


def _names(host: str) -> list[x509.GeneralName]:
    """Every name and address this machine is reached by on the office's network."""
    found = {"localhost", "127.0.0.1", socket.gethostname(), *_addresses()}
    if host not in {"0.0.0.0", "::"}:
        found.add(host)
    return [_general(name) for name in sorted(found)]


def _addresses() -> list[str]:
    try:
        return [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    except OSError:
        return []


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _still_good(path: Path, host: str) -> bool:
    if not path.exists():
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    lasts = certificate.not_valid_after_utc - datetime.now(UTC) > RENEW_BEFORE
    return lasts and (host in {"0.0.0.0", "::"} or _general(host) in list(names))


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    data = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(data)
