"""Files that come in through the browser (上传): in memory only, so that no plain copy lies on a disk."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from mingbai.desk.components.own_machine import on_own_machine
from mingbai.intake.files import MOST_BYTES

#: All files of one form together; each alone is bounded by intake.
MOST_TOGETHER = MOST_BYTES


class InMemory(FileUploadHandler):
    """Keeps what is sent in memory; stops where nobody has signed in or sits at this machine, and
    beyond the limit.

    `request.upload_refused` then says so: the form shows it in words instead of an empty field.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._together = 0
        self._content = io.BytesIO()

    def new_file(self, *args: Any, **options: Any) -> None:
        super().new_file(*args, **options)
        self._content = io.BytesIO()
        if self.request is None or not (
            self.request.user.is_authenticated or on_own_machine(self.request)
        ):
            raise StopUpload(connection_reset=False)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._together += len(raw_data)
        if start + len(raw_data) > MOST_BYTES or self._together > MOST_TOGETHER:
            assert self.request is not None
            self.request.upload_refused = (start + len(raw_data)) >> 20
            raise StopUpload(connection_reset=False)
        self._content.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        kind = self.content_type or "application/octet-stream"
        return SimpleUploadedFile(self.file_name or "file", self._content.getvalue(), kind)
