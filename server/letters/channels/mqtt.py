"""MQTT, for those who live with Home Assistant: alerts as messages, and the runner's state as sensors."""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Sequence

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from server.letters.broker import Broker
from server.letters.channel import BadChannel, Config, Field, Message, typed_fields
from server.letters.outward import NotDelivered, Outward, in_thread, said_of
from server.pacing import TRY_S

KIND = "mqtt"
LABEL = "MQTT (Home Assistant)"
FIELDS = (
    Field(name="host", label="Broker", optional=True, hint="The one of this server if you leave it empty."),
    Field(name="port", label="Port", optional=True, hint="1883, or 8883 with encryption."),
    Field(name="tls", label="Encryption", optional=True, hint="yes or no; no unless you say so."),
    Field(name="user", label="User name", optional=True),
    Field(name="password", label="Password", secret=True, optional=True),
    Field(name="prefix", label="Topic", optional=True, hint="stridegate unless you choose another."),
)
HOST = re.compile(r"[-.:A-Za-z0-9]{1,253}")
PREFIX = re.compile(r"[-_A-Za-z0-9]{1,40}(/[-_A-Za-z0-9]{1,40}){0,4}")


def check(typed: Config, outward: Outward) -> dict[str, str]:
    config = typed_fields(FIELDS, typed)
    if not config["host"]:
        return _of_this_server(config, outward)
    config["tls"] = "yes" if config["tls"].lower() in ("yes", "y", "on", "true", "1") else "no"
    config["port"] = config["port"] or ("8883" if config["tls"] == "yes" else "1883")
    config["prefix"] = config["prefix"] or "stridegate"
    if HOST.fullmatch(config["host"]) is None:
        raise BadChannel("The broker is a name or an address, without mqtt:// before it.")
    if not config["port"].isdecimal() or not 1 <= int(config["port"]) <= 65535:
        raise BadChannel("The port is a number up to 65535.")
    if config["password"] and config["tls"] == "no":
        raise BadChannel("A password is sent only with encryption: answer yes under Encryption, or leave it empty.")
    return _with_checked_prefix(config)


def _of_this_server(config: Config, outward: Outward) -> dict[str, str]:
    """The broker of the settings; its address and password are never stored with a person's channel."""
    if outward.mqtt_url is None:
        raise BadChannel("Broker is missing. This server has none of its own; its operator sets STRIDEGATE_MQTT_URL.")
    empty = dict.fromkeys(("host", "port", "tls", "user", "password"), "")
    return _with_checked_prefix({**config, **empty, "prefix": config["prefix"] or "stridegate"})


def _with_checked_prefix(config: dict[str, str]) -> dict[str, str]:
    if PREFIX.fullmatch(config["prefix"]) is None:
        raise BadChannel("A topic has letters, digits, hyphens and underscores, with / between its parts.")
    return config


def provider(config: Config) -> str:
    return f"mqtt {config['host']}:{config['port']}"


def shown(config: Config) -> str:
    return f"{config['prefix']} at {config['host']}" if config["host"] else config["prefix"]


async def send(config: Config, message: Message, outward: Outward) -> None:
    body = {"id": message.key, "title": message.title, "text": message.body(""), "link": outward.link}
    await publish(config, [(f"{config['prefix']}/alert", json.dumps(body), False)], outward)


async def publish(config: Config, messages: Sequence[tuple[str, str, bool]], outward: Outward) -> None:
    """Publish (topic, payload, retained) with QoS 1; returns once the broker has acknowledged every one of them."""
    await in_thread(lambda: _publish(config, messages, outward))


def _broker(config: Config, outward: Outward) -> Broker:
    if config["host"]:
        user, password, is_tls = config["user"], config["password"], config["tls"] == "yes"
        if password and not is_tls:
            raise NotDelivered("The broker would get the password without encryption.", for_good=True)
        return Broker(host=config["host"], port=int(config["port"]), is_tls=is_tls, user=user, password=password)
    if outward.mqtt_url is None:
        raise NotDelivered("This server has no broker any more; its operator sets STRIDEGATE_MQTT_URL.")
    return Broker.from_url(outward.mqtt_url)


class _Client(paho.Client):
    """paho over the connections of Outward."""

    outward: Outward
    from_settings: bool

    def _create_socket_connection(self) -> socket.socket:
        return self.outward.connect(self._host, self._port, from_settings=self.from_settings)


def _client(broker: Broker, outward: Outward) -> _Client:
    client = _Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
    client.outward, client.from_settings = outward, broker.from_settings
    client.connect_timeout = TRY_S
    if broker.user:
        client.username_pw_set(broker.user, broker.password or None)
    if broker.is_tls:
        client.tls_set_context(
            ssl.create_default_context(cafile=outward.mqtt_ca_file if broker.from_settings else None)
        )
    return client


def _publish(config: Config, messages: Sequence[tuple[str, str, bool]], outward: Outward) -> None:
    broker = _broker(config, outward)
    client = _client(broker, outward)
    refused: list[str] = []
    client.on_connect = lambda _c, _u, _f, code, _p: refused.append(str(code)) if code.is_failure else None
    try:
        client.connect(broker.host, broker.port, keepalive=30)
        client.loop_start()
        for topic, payload, retained in messages:
            sent = client.publish(topic, payload, qos=1, retain=retained)
            sent.wait_for_publish(TRY_S)
            if refused:
                raise NotDelivered(f"The broker refused: {refused[0]}.")
            if not sent.is_published():
                raise NotDelivered("The broker did not acknowledge it.")
    except (OSError, ValueError, RuntimeError) as why:
        raise NotDelivered(said_of(why), down=True) from why
    finally:
        client.disconnect()
        client.loop_stop()
