"""One task on one document, in a process of its own with bounded time and memory: `python -m recruit.documents.worker`.

In: a line of JSON, then the document. Out: a line of JSON, then bytes. A refusal ends with status 3 and its code.
"""

import io
import json
import resource
import sys
from typing import Any

from recruit.documents.limits import BROKEN, MEGABYTES, SECONDS, Refused

MARK = (255, 214, 102)


def run(task: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    """Do the task: `read`, the `first` page as a picture, all `pages` with spans marked where asked, or `burn`."""
    from recruit.documents.burning import Strikes, boxes_of, burnt, leftovers
    from recruit.documents.pages import opened

    def strikes(told: dict[str, Any]) -> Strikes:
        return Strikes(
            tuple(map(tuple, told.get("spans", ()))), tuple(told.get("images", ())), bool(told.get("whole"))
        )

    if task["do"] == "read":
        with opened(content) as document:
            pages = [document.page(number) for number in range(len(document))]
        told = [{"text": page.text, "images": len(page.images), "filled": page.filled} for page in pages]
        return {"pages": told}, b""
    if task["do"] == "first":
        with opened(content) as document:
            return {"pages": len(document)}, _jpeg(document.picture(0, [], MARK))
    if task["do"] == "pages":
        marks = {int(number): strikes(each) for number, each in task["strikes"].items()}
        pictures = []
        with opened(content) as document:
            for number in range(len(document)):
                boxes = boxes_of(document.page(number), marks[number]) if number in marks else []
                image = document.picture(number, boxes, MARK, mark=True)
                pictures.append(_jpeg(image))
        return {"sizes": [len(each) for each in pictures]}, b"".join(pictures)
    copy = burnt(content, {int(number): strikes(each) for number, each in task["strikes"].items()})
    left = leftovers(copy)
    if left:
        raise Refused(BROKEN)
    return {"left": left}, copy


def _jpeg(image: Any) -> bytes:
    data = io.BytesIO()
    image.save(data, "JPEG", quality=82)
    return data.getvalue()


def main() -> int:
    """Set the limits, do the task."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 2))
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    task = json.loads(sys.stdin.buffer.readline())
    try:
        told, data = run(task, sys.stdin.buffer.read())
    except Refused as refused:
        sys.stdout.write(refused.code)
        return 3
    except MemoryError:
        sys.stdout.write(BROKEN)
        return 3
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
