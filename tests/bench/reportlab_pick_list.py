"""The control: the same rows on the same kind of page, by reportlab's canvas and its own codes.

Run as: python3 reportlab_pick_list.py LIST.json OUT.pdf ROWS_A_PAGE FONTS. Prints nanoseconds and the peak of memory in bytes.
"""

import io
import json
import resource
import sys
import time
import zlib

from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.graphics import renderPDF
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas


def header(canvas, data, page, pages):
    canvas.setFont("Bold", 16)
    canvas.drawString(28, 800, "Pick list " + data["id"])
    canvas.setFont("Regular", 9)
    canvas.drawString(28, 786, ", ".join(data["accounts"]))
    canvas.drawString(28, 773, "Data as of " + data["data_as_of_text"])
    canvas.drawRightString(500, 800, f"Page {page} of {pages}")
    drawing = Drawing(36, 36)
    drawing.add(QrCodeWidget(data["id"], barWidth=36, barHeight=36, barLevel="M"))
    renderPDF.draw(drawing, canvas, 530, 775)


def wrapped(text, size, width):
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if pdfmetrics.stringWidth(longer, "Regular", size) > width and line:
            lines.append(line)
            line = word
        else:
            line = longer
    return (lines + [line])[:2]


def draw(canvas, y, location, row, bars):
    canvas.rect(28, y - 12, 15, 15)
    if location:
        canvas.setFont("Bold", 15)
        canvas.drawString(49, y - 10, location)
    canvas.setFont("Bold", 12)
    canvas.drawString(142, y - 10, row["set_number"])
    canvas.setFont("Bold", 7)
    canvas.drawString(185, y - 10, row["condition"])
    canvas.setFont("Regular", 7)
    canvas.drawString(230, y - 10, f"{row['sku']}  ·  {row['asin']}")
    canvas.setFont("Regular", 8.5)
    under = y - 20
    for line in wrapped(row["name"], 8.5, 230):
        canvas.drawString(142, under, line)
        under -= 10
    if bars:
        Code128(row["sku"], barWidth=0.72, barHeight=18.5, humanReadable=False, quiet=True).drawOn(canvas, 142, under - 12)
    canvas.setFont("Bold", 15)
    if row["quantity"] > 1:
        canvas.rect(382, y - 14, 28, 18, fill=1)
        canvas.setFillGray(1)
    canvas.drawCentredString(396, y - 10, str(row["quantity"]))
    canvas.setFillGray(0)
    canvas.setFont("Bold", 8.5)
    for place, order in enumerate(row["orders"]):
        canvas.drawString(417, y - 9 - 12 * place, "…" + order["platform_order_id"][-7:])
    canvas.line(530, y - 16, 562, y - 16)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        data = json.load(file)
    rows_a_page = int(sys.argv[3])
    begun = time.perf_counter_ns()
    for name, file in (("Regular", "DejaVuSansCondensed.ttf.zz"), ("Bold", "DejaVuSansCondensed-Bold.ttf.zz")):
        with open(f"{sys.argv[4]}/{file}", "rb") as packed:
            pdfmetrics.registerFont(TTFont(name, io.BytesIO(zlib.decompress(packed.read()))))
    rows = [(group["heading"] if index == 0 else "", row) for group in data["groups"] for index, row in enumerate(group["rows"])]
    pages = -(-len(rows) // rows_a_page)
    canvas = Canvas(sys.argv[2], pagesize=A4, pageCompression=1)
    for page in range(pages):
        header(canvas, data, page + 1, pages)
        y = 750
        for location, row in rows[page * rows_a_page : (page + 1) * rows_a_page]:
            draw(canvas, y, location, row, data["sku_barcodes"])
            y -= 715 / rows_a_page
        canvas.showPage()
    canvas.save()
    took = time.perf_counter_ns() - begun
    print(took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


main()
