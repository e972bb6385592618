"""Listening sockets that systemd or another supervisor holds and hands to the process (`sd_listen_fds`)."""

import os
import socket

from utilities.config.environment import read_listen_variables
from utilities.model.errors import SettingsError

FIRST_DESCRIPTOR = 3
MAX_INHERITED_SOCKETS = 16


def take_inherited_sockets() -> list[socket.socket]:
    """Returns the sockets that LISTEN_PID and LISTEN_FDS name for this process; none when they are not set.

    Raises SettingsError when one of them is no listening TCP socket.
    """
    process, count = read_listen_variables()
    if process != str(os.getpid()):  # not set, or meant for the process that started this one
        return []
    if not count.isdecimal() or int(count) > MAX_INHERITED_SOCKETS:
        raise SettingsError(f"LISTEN_FDS must be a number up to {MAX_INHERITED_SOCKETS}; the service manager sets it.")
    return [take_socket(FIRST_DESCRIPTOR + place) for place in range(int(count))]


def take_socket(descriptor: int) -> socket.socket:
    """Returns the listening TCP socket with this descriptor; raises SettingsError."""
    try:
        inherited = socket.socket(fileno=descriptor)
        is_listening = inherited.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    except OSError as error:
        raise SettingsError(f"Descriptor {descriptor} of LISTEN_FDS is no socket: {error.strerror}.") from None
    if not is_listening or inherited.family not in (socket.AF_INET, socket.AF_INET6):
        raise SettingsError(f"Descriptor {descriptor} of LISTEN_FDS is no listening TCP socket: use ListenStream=8888.")
    inherited.setblocking(False)
    os.set_inheritable(descriptor, False)
    return inherited
