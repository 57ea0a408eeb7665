"""unfilter.py FOLDER: puts back the pixels of a parcel unpacked by hand, which has contents.json and dicom/ in FOLDER.
The slow, plain form of the filter "median", version 1, as the page of the module PixelFilter has it. SPDX-License-Identifier: Apache-2.0"""
import hashlib, json, os, shutil, sys
def must(holds, what): return holds or sys.exit(f"{path} is not put back: {what}")

def residuals(data, counts, wide):
    classes, rest, top = [[0] * count for count in counts], iter(data), 12 if wide else 4
    for plane in 0, 1, 2:
        for number, values in enumerate(classes):
            nibbles = number <= 4 or wide and number >= 9
            if nibbles and plane != 1:
                for i in range(0, len(values) - (plane == 0), 2):
                    byte = next(rest)
                    values[i] |= (byte & 15) << (0 if plane else top)  # A last one alone has both: its outer nibbles.
                    values[min(i + 1, len(values) - 1)] |= byte >> 4 << (0 if plane and i + 1 < len(values) else top)
            elif plane == 1 and (wide or not nibbles) or plane == 0 and wide:
                for i in range(len(values)): values[i] |= next(rest) << (4 if nibbles else 0 if plane else 8)
    return [iter(values) for values in classes]

def component(data, columns, pixels, wide, bias):
    mean, header = lambda a, b: (a + b + 1) >> 1, [int.from_bytes(data[i:i + 4], "little") for i in range(0, 64, 4)]
    must(0 < pixels == sum(header[1:]) and header[0] < 3 and pixels % columns == 0 and len(data) == 64 + pixels * (1 + wide), "it is damaged")
    classes, samples, above, sums = residuals(data[64:], header[1:], wide), [], [bias] * (columns + 2), [[0] * (columns // 8 + 1)] * 2
    for _ in range(pixels // columns):
        row, own = [bias] * (columns + 2), []
        for g in range(0, columns, 8):
            stream = classes[(3 * sums[0][g // 8] + sums[1][g // 8] >> 3).bit_length()]
            values = [next(stream, None) for _ in range(g, min(g + 8, columns))]
            must(None not in values, "it is damaged")
            own.append(sum(min(value, 4095) for value in values))
            for x, value in enumerate(values, g + 1):
                a, b, c, d = row[x - 1], above[x], above[x - 1], above[x + 1]
                median = a + b - max(min(a, b), min(c, max(a, b)))
                expected = (median, mean(median, mean(a, d)), mean(a, mean(b, d)))[header[0]]
                row[x] = expected + (value >> 1 ^ -(value & 1)) & (0xFFFF if wide else 0xFF)
        samples += [sample ^ bias for sample in row[1:-1]]
        above, sums = row, [own, sums[0]]
    return samples

def unfilter(data, f):
    must(f["name"] == "median" and f["version"] == 1, "this script does not know the filter")
    wide, colours, at, left, original = f["bytes"] == 2, f["components"], f["offset"], f["count"], [data[:f["offset"]]]
    while left:
        pixels, parts = min(f["rows"] * f["columns"], left // colours // f["bytes"]), []
        for bias in (0x80, 0, 0x80) if colours == 3 else [(0x8000 if wide else 0x80) * f["signed"]]:
            parts.append(component(data[at:at + 64 + pixels * f["bytes"]], f["columns"], pixels, wide, bias))
            at, left = at + 64 + pixels * f["bytes"], left - pixels * f["bytes"]
        if colours == 3: parts[::2] = [[(own + green) % 256 for own, green in zip(part, parts[1])] for part in parts[::2]]
        if not f["planar"]: parts = [[sample for pixel in zip(*parts) for sample in pixel]]
        original += [b"".join(v.to_bytes(f["bytes"], "big" if f["bigEndian"] else "little") for v in p) for p in parts]
    return b"".join(original) + data[at:]

for instance in [each for each in json.load(open(f"{sys.argv[1]}/contents.json"))["instances"] if each.get("filter")]:
    path = f"{sys.argv[1]}/{instance['file']}"
    if hashlib.sha256(data := open(path, "rb").read()).hexdigest() == instance["sha256"]: continue  # It was put back before.
    result = unfilter(data, instance["filter"])
    must(hashlib.sha256(result).hexdigest() == instance["sha256"], "what comes of it has not the announced SHA-256")
    with open(path + ".new", "wb") as file: file.write(result)
    shutil.copymode(path, file.name)
    os.replace(file.name, path)
