"""Tells a disk that fails for a while from a path that is wrong."""

import errno

TEMPORARY_DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.ESTALE, errno.EFBIG})


def is_temporary_disk_error(error: BaseException | None) -> bool:
    """Whether the same call may succeed once the disk has room or works again."""
    return isinstance(error, OSError) and error.errno in TEMPORARY_DISK_ERRORS
