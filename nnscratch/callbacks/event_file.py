"""Event files, which TensorBoard shows, written without TensorFlow."""

from __future__ import annotations

import itertools
import os
import platform
import struct
import time
import zlib
from typing import Any

import numpy as np

from nnscratch.typing import Array

BUCKETS = 30
IMAGES = 3
_NUMBER = itertools.count()


class EventFile:
    """One file of events in a folder; it is made at the first event.

    The records are tensorboard's own, in its own framing; the file itself is an ordinary one,
    because `EventFileWriter` would import TensorFlow wherever that is installed.

    Args:
        folder: the folder of the run, made if need be.

    Raises:
        ImportError: the package tensorboard is not installed.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._writer: Any = None
        try:
            from tensorboard.compat.proto import event_pb2, summary_pb2
            from tensorboard.plugins.histogram import metadata as histograms
            from tensorboard.plugins.image import metadata as images
            from tensorboard.plugins.scalar import metadata as scalars
        except ImportError as error:
            raise ImportError(
                "The TensorBoard callback needs the package tensorboard (not TensorFlow): run "
                "`pip install nnscratch[tensorboard]` or `pip install tensorboard`."
            ) from error
        self._event, self._summary = event_pb2.Event, summary_pb2
        self._scalar = scalars.create_summary_metadata("", "")
        self._histogram = histograms.create_summary_metadata("", "")
        self._image = images.create_summary_metadata("", "")

    def scalar(self, tag: str, value: float, step: int) -> None:
        """Write one number, which TensorBoard keeps in single precision."""
        self._write(tag, np.array(value, np.float32), step, self._scalar)

    def histogram(self, tag: str, values: Array, step: int) -> None:
        """Write how an array's finite elements are spread."""
        self._write(tag, histogram(values), step, self._histogram)

    def images(self, tag: str, images: Array, step: int) -> None:
        """Write pictures (N, height, width, 1 | 3 | 4); 0 is black, 1 is white."""
        height, width = images.shape[1:3]
        pictures = [png(image) for image in images[:IMAGES]]
        strings = [str(width).encode(), str(height).encode(), *pictures]
        self._write(tag, np.array(strings, dtype=object), step, self._image)

    def model(self, config: str) -> None:
        """Write a model's JSON configuration, from which the conceptual graph is drawn."""
        data = self._summary.SummaryMetadata.PluginData(
            plugin_name="graph_keras_model", content=b"1"
        )
        text = np.array(config.encode(), dtype=object)
        self._write("keras", text, 0, self._summary.SummaryMetadata(plugin_data=data))

    def graph(self, definition: Any) -> None:
        """Write a `GraphDef`, which TensorBoard draws as the graph of the run."""
        self._add(self._event(graph_def=definition.SerializeToString()), 0)

    def flush(self) -> None:
        """Hand what was written over to the operating system."""
        if self._writer is not None:
            self._writer.flush()

    def close(self) -> None:
        """Close the file; the next event starts another one."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _write(self, tag: str, array: Array, step: int, metadata: Any) -> None:
        from tensorboard.util.tensor_util import make_tensor_proto

        summary = self._summary.Summary()
        summary.value.add(tag=tag, metadata=metadata, tensor=make_tensor_proto(array))
        self._add(self._event(summary=summary), step)

    def _add(self, event: Any, step: int) -> None:
        event.step, event.wall_time = step, time.time()
        if self._writer is None:
            self._open()
        self._writer.write(event.SerializeToString())

    def _open(self) -> None:
        from tensorboard.summary.writer.record_writer import RecordWriter

        os.makedirs(self.folder, exist_ok=True)
        now = time.time()
        name = (
            f"events.out.tfevents.{int(now):010d}.{platform.node()}.{os.getpid()}"
            f".{next(_NUMBER)}.v2"
        )
        self._writer = RecordWriter(open(os.path.join(self.folder, name), "wb"))  # noqa: SIM115
        head = self._event(wall_time=now, file_version="brain.Event:2")
        self._writer.write(head.SerializeToString())


def histogram(values: Array) -> Array:
    """Count an array's finite elements in 30 buckets of equal width.

    Args:
        values: the array, of any shape.

    Returns:
        (30, 3): left edge, right edge and count of each bucket; if all elements are equal, the
        last bucket holds them.

    >>> histogram(np.array([0.0, 1.0, 1.0]))[[0, 29], 2].tolist()
    [1.0, 2.0]
    """
    flat = np.asarray(values, np.float64).ravel()
    flat = flat[np.isfinite(flat)]
    if flat.size == 0:
        return np.zeros((BUCKETS, 3))
    low, high = flat.min(), flat.max()
    counts = np.zeros(BUCKETS)
    if low == high:
        counts[-1] = flat.size
        return np.stack([np.full(BUCKETS, low), np.full(BUCKETS, low), counts], axis=1)
    bucket = np.floor((flat - low) / ((high - low) / BUCKETS)).astype(np.int64)
    counts += np.bincount(np.minimum(bucket, BUCKETS - 1), minlength=BUCKETS)
    edges = np.linspace(low, high, BUCKETS + 1)
    return np.stack([edges[:-1], edges[1:], counts], axis=1)


def png(image: Array) -> bytes:
    """Return a picture as a PNG file.

    Args:
        image: (height, width, 1 | 3 | 4) with numbers from 0 (black) to 1 (white).

    Source: Portable Network Graphics, 3rd edition, W3C 2025.

    >>> png(np.zeros((2, 3, 1)))[1:4]
    b'PNG'
    """
    pixels = np.clip(image * 255.5, 0, 255).astype(np.uint8)
    height, width, channels = pixels.shape
    colour = {1: 0, 3: 2, 4: 6}[channels]
    lines = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes())), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )
