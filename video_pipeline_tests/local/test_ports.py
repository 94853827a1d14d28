from __future__ import annotations

import socket

from video_pipeline.local.ports import HOST, is_free, reserved


def listener(port: int = 0, host: str = HOST) -> socket.socket:
    return socket.create_server((host, port))


def test_a_port_that_somebody_listens_on_is_not_free() -> None:
    with listener() as server:
        port = server.getsockname()[1]
        assert not is_free(port)
    assert is_free(port)


def test_a_port_of_a_server_on_every_address_is_not_free() -> None:
    with listener(host="") as server:
        assert not is_free(server.getsockname()[1])


def test_a_port_with_nothing_but_lingering_connections_is_free() -> None:
    with listener() as server, socket.create_connection(server.getsockname()):
        port = server.getsockname()[1]
        server.accept()[0].close()  # the server's end closes first, and lingers
    assert is_free(port)


def test_the_wished_port_is_given_where_nobody_has_it() -> None:
    with listener() as server:
        wished = server.getsockname()[1]
    with reserved(["api"], wished={"api": wished}) as ports:
        assert ports == {"api": wished}


def test_another_port_is_given_where_somebody_listens_on_the_wished_one() -> None:
    with listener() as server:
        wished = server.getsockname()[1]
        with reserved(["api"], wished={"api": wished}) as ports:
            assert ports["api"] != wished


def test_every_name_gets_a_port_of_its_own() -> None:
    names = [str(number) for number in range(50)]
    with reserved(names, wished=dict.fromkeys(names, 20_123)) as ports:
        assert len(set(ports.values())) == len(names)


def test_two_stacks_that_start_at_once_do_not_choose_the_same_port() -> None:
    with reserved(["api"], wished={}) as first, reserved(["api"], wished=first) as second:
        assert second["api"] != first["api"]
    with reserved(["api"], wished=first) as third:
        assert third == first
