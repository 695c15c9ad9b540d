"""Which endpoints are taken, and which addresses may be connected to."""

import pytest

from handbook.notifications.push.endpoints import (
    MAX_ENDPOINT_LENGTH,
    EndpointNotAllowedError,
    EndpointPolicy,
    is_public_address,
)

POLICY = EndpointPolicy.from_setting("127.0.0.1:8443, [::1]:9443,push.example.org:4430")

GOOD = [
    ("https://fcm.googleapis.com/fcm/send/dQw4:APA91bH_x-y", "https://fcm.googleapis.com"),
    ("https://fcm.googleapis.com:443/fcm/send/x", "https://fcm.googleapis.com"),
    (
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABk",
        "https://updates.push.services.mozilla.com",
    ),
    ("https://wns2-par02p.notify.windows.com/w/?token=BQYA%2bx", "https://wns2-par02p.notify.windows.com"),
    ("https://web.push.apple.com/QGuQyavXutnMH-s", "https://web.push.apple.com"),
    ("https://127.0.0.1:8443/push/a", "https://127.0.0.1:8443"),
    ("https://[::1]:9443/push/a", "https://[::1]:9443"),
    ("https://push.example.org:4430/push/a", "https://push.example.org:4430"),
]


@pytest.mark.parametrize(("url", "origin"), GOOD)
def test_endpoints_of_the_push_services_and_of_the_settings_are_taken(url: str, origin: str) -> None:
    endpoint = POLICY.check(url)
    assert endpoint.origin == origin
    assert endpoint.url == url


HOSTILE = [
    "",
    "https://",
    "https:///x",
    "//fcm.googleapis.com/x",
    "fcm.googleapis.com/x",
    "http://fcm.googleapis.com/fcm/send/x",
    "HTTPS://fcm.googleapis.com/x",
    "ftp://fcm.googleapis.com/x",
    "file:///etc/passwd",
    "gopher://fcm.googleapis.com/x",
    "javascript:alert(1)",
    "https://evil.example/x",
    "https://localhost/x",
    "https://127.0.0.1/x",
    "https://127.0.0.1:443/x",
    "https://127.0.0.1:8444/x",
    "https://127.1/x",
    "https://2130706433/x",
    "https://0x7f000001/x",
    "https://0177.0.0.1/x",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/x",
    "https://192.168.1.1/x",
    "https://[::1]/x",
    "https://[::1]:9444/x",
    "https://[::ffff:127.0.0.1]:9443/x",
    "https://[64:ff9b::7f00:1]/x",
    "https://[2002:7f00:1::1]/x",
    "https://[::127.0.0.1]/x",
    "https://[fe80::1%25eth0]/x",
    "https://8.8.8.8/x",
    "https://fcm.googleapis.com",
    "https://fcm.googleapis.com/",
    "https://fcm.googleapis.com:80/x",
    "https://fcm.googleapis.com:8443/x",
    "https://fcm.googleapis.com:0443/x?",
    "https://fcm.googleapis.com:/x",
    "https://fcm.googleapis.com:+443/x",
    "https://fcm.googleapis.com:443443/x",
    "https://fcm.googleapis.com:\u0664\u0664\u0663/x",
    "https://fcm.googleapis.com./x",
    "https://fcm.googleapis.com.evil.example/x",
    "https://evil.example/fcm.googleapis.com/x",
    "https://evilfcm.googleapis.com/x",
    "https://x.fcm.googleapis.com/x",
    "https://fcm.googleapis.com@evil.example/x",
    "https://evil.example@fcm.googleapis.com/x",
    "https://user:word@fcm.googleapis.com/x",
    "https://fcm.googleapis.com:443@evil.example/x",
    "https://fcm.googleapis.com\\@evil.example/x",
    "https://fcm.googleapis.com\\.evil.example/x",
    "https://evil.example\\fcm.googleapis.com/x",
    "https://fcm.googleapis.com#@evil.example/x",
    "https://fcm.googleapis.com?@evil.example/x",
    "https://fcm.googleapis.com/x#fragment",
    "https://fcm.googleapis.com/x y",
    "https://fcm.googleapis.com/x\r\nHost: evil.example",
    "https://fcm.googleapis.com/x\n",
    "https://fcm.googleapis.com/x\x00",
    "https://fcm.googleapis.com\t/x",
    " https://fcm.googleapis.com/x",
    "https://fcm.googleapis.com%2eevil.example/x",
    "https://fcm%2egoogleapis.com/x",
    "https://FCM.googleapis.com/x",
    "https://fcm\u3002googleapis\u3002com/x",
    "https://ｆcm.googleapis.com/x",
    "https://fcm.googleapıs.com/x",
    "https://push.services.mozilla.com/x",
    "https://.push.services.mozilla.com/x",
    "https://a..push.services.mozilla.com/x",
    "https://-.push.services.mozilla.com/x",
    "https://evilpush.services.mozilla.com/x",
    "https://push.services.mozilla.com.evil.example/x",
    "https://notify.windows.com/x",
    "https://evilnotify.windows.com/x",
    "https://push.apple.com/x",
    "https://evil-push.apple.com/x",
    "https://push.example.org/x",
    "https://push.example.org:443/x",
    "https://sub.push.example.org:4430/x",
    "https://[::]/x",
    "https://0.0.0.0/x",
    "https://0/x",
    "https://127.0.0.1./x",
    "https://127.0.0.1%00.fcm.googleapis.com/x",
    "https://[fd00:ec2::254]/latest/meta-data/",
    "https://[fcm.googleapis.com]/x",
    "https://100.100.100.200/latest/meta-data/",
    "https://metadata.google.internal/computeMetadata/v1/",
    "https://localhost.localdomain/x",
    "https://localhost:5432/x",
    "https://127.0.0.1:6379/x",
    "https://127.0.0.1.nip.io/x",
    "https://fcm.googleapis.com.127.0.0.1.nip.io/x",
    "https://xn--fcm-googleapis-com.example/x",
    "https://fcm.googleapis.com:443:443/x",
    "https://fcm.googleapis.com:-1/x",
    "https://fcm.googleapis.com:0/x",
    "https://fcm.googleapis.com,evil.example/x",
    "https://fcm.googleapis.com;@evil.example/x",
    "https://fcm.googleapis.com%00.evil.example/x",
    "https://fcm.googleapis.com%0d%0aHost:evil.example/x",
    "https:fcm.googleapis.com/x",
    "https:/fcm.googleapis.com/x",
    "https:\\\\fcm.googleapis.com/x",
    "https://\u202efcm.googleapis.com/x",
    "https://fcm.googleapis.com/../x\u0000",
    "wss://push.services.mozilla.com/x",
    "data:text/plain,x",
    "unix:///var/run/docker.sock",
    "https://fcm.googleapis.com/" + "x" * MAX_ENDPOINT_LENGTH,
    "https://" + "a." * 400 + "push.apple.com/x",
]


def test_the_corpus_holds_a_hundred_hostile_endpoints() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 100


@pytest.mark.parametrize("url", HOSTILE)
def test_hostile_endpoints_are_refused(url: str) -> None:
    with pytest.raises(EndpointNotAllowedError):
        POLICY.check(url)


@pytest.mark.parametrize(
    "entry",
    ["localhost", "localhost:", "localhost:0", "localhost:70000", "https://localhost:1", "a b:1", "::1:1"],
)
def test_a_setting_of_another_form_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        EndpointPolicy.from_setting(entry)


def test_an_empty_setting_allows_no_extra_host() -> None:
    assert EndpointPolicy.from_setting("").extra == frozenset()


@pytest.mark.parametrize(
    "address",
    ["142.250.204.10", "17.188.143.34", "2404:6800:4003:c00::5f", "2620:149:a44::1", "2600:1901::1"],
)
def test_public_addresses_may_be_connected_to(address: str) -> None:
    assert is_public_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.8.8.8",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "233.252.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:20::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:808:808::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "2404:6800:4003:c00::5f%eth0",
        "fec0::1",
        "ff02::1",
        "not an address",
        "",
    ],
)
def test_other_addresses_may_not_be_connected_to(address: str) -> None:
    assert not is_public_address(address)


def test_only_the_host_and_port_of_the_settings_may_be_on_loopback() -> None:
    assert POLICY.may_connect(POLICY.check("https://127.0.0.1:8443/push/a"), "127.0.0.1")
    assert not POLICY.may_connect(POLICY.check("https://fcm.googleapis.com/x"), "127.0.0.1")
    assert POLICY.may_connect(POLICY.check("https://fcm.googleapis.com/x"), "142.250.204.10")
