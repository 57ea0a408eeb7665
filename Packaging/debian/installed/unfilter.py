"""unfilter.py FOLDER: puts back the pixels of a parcel unpacked by hand, which has contents.json and dicom/ in FOLDER.
The slow, plain form of the filter "median", version 1, as the page of the module PixelFilter has it. SPDX-License-Identifier: Apache-2.0"""
import json, os, sys

def residuals(data, counts, wide):
    classes, at = [[0] * count for count in counts], 0
    for plane in 0, 1, 2:
        for number, values in enumerate(classes):
            nibbles, count = number <= 4 or wide and number >= 9, len(values)
            if nibbles and plane != 1:
                for i in range(count // 2 * 2):
                    values[i] |= (data[at + i // 2] >> i % 2 * 4 & 15) << (0 if plane == 2 else 12 if wide else 4)
                at += count // 2
                if plane == 2 and count % 2:  # The last one's outer nibbles share a byte.
                    values[-1], at = values[-1] | data[at] & 15 | data[at] >> 4 << (12 if wide else 4), at + 1
            elif plane == 1 and (wide or not nibbles) or plane == 0 and wide:
                for i in range(count): values[i] |= data[at + i] << (4 if nibbles else 0 if plane == 1 else 8)
                at += count
    return [iter(values) for values in classes]

def component(data, columns, rows, wide, bias):
    mean, header = lambda a, b: (a + b + 1) >> 1, [int.from_bytes(data[i:i + 4], "little") for i in range(0, 64, 4)]
    predictor, classes, samples = header[0], residuals(data[64:], header[1:], wide), []
    above, sums = [bias] * (columns + 2), [[0] * (columns // 8 + 1)] * 2
    for y in range(rows):
        row, own = [bias] * (columns + 2), []
        for g in range(0, columns, 8):
            stream = classes[(3 * sums[0][g // 8] + sums[1][g // 8] >> 3).bit_length()]
            values = [next(stream) for _ in range(g, min(g + 8, columns))]
            own.append(sum(min(value, 4095) for value in values))
            for x, value in enumerate(values, g + 1):
                a, b, c, d = row[x - 1], above[x], above[x - 1], above[x + 1]
                median = a + b - max(min(a, b), min(c, max(a, b)))
                expected = (median, mean(median, mean(a, d)), mean(a, mean(b, d)))[predictor]
                row[x] = expected + (value >> 1 ^ -(value & 1)) & (0xFFFF if wide else 0xFF)
        samples += [sample ^ bias for sample in row[1:-1]]
        above, sums = row, [own, sums[0]]
    return samples

def unfilter(data, f):
    assert f["name"] == "median" and f["version"] == 1, "this script does not know the filter"
    wide, colours, at, left, original = f["bytes"] == 2, f["components"], f["offset"], f["count"], [data[:f["offset"]]]
    while left:
        pixels = min(f["rows"] * f["columns"], left // colours // f["bytes"])
        size, parts = 64 + pixels * f["bytes"], []
        for i in range(colours):
            bias = (0x80, 0, 0x80)[i] if colours == 3 else (0x8000 if wide else 0x80) * f["signed"]
            parts.append(component(data[at:at + size], f["columns"], pixels // f["columns"], wide, bias))
            at, left = at + size, left - size + 64
        if colours == 3:
            parts = [[(own + green) % 256 for own, green in zip(parts[i], parts[1])] if i != 1 else parts[1] for i in (0, 1, 2)]
            parts = parts if f["planar"] else [[sample for pixel in zip(*parts) for sample in pixel]]
        original += [b"".join(v.to_bytes(f["bytes"], "big" if f["bigEndian"] else "little") for v in p) for p in parts]
    return b"".join(original) + data[at:]

for instance in json.load(open(os.path.join(sys.argv[1], "contents.json")))["instances"] if __name__ == "__main__" else []:
    path = os.path.join(sys.argv[1], instance["file"])
    result = unfilter(open(path, "rb").read(), instance["filter"]) if instance.get("filter") else None
    if result is not None: open(path, "wb").write(result)
