/// The names that the standard gives to UIDs.
public enum UIDNames {
  /// The name of a SOP class (PS3.4 B.5) or of a transfer syntax (PS3.6 A-1); nil for any other UID.
  public static func name(_ uid: String) -> String? { byUID[uid] }

  private static let byUID: [String: String] = {
    var names: [String: String] = [:]
    for line in "\(sopClasses)\n\(transferSyntaxes)".split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1)
      if parts.count == 2 { names[String(parts[0])] = String(parts[1]) }
    }
    return names
  }()

  /// UID and name: one transfer syntax a line (PS3.6 A-1).
  private static let transferSyntaxes = """
    1.2.840.10008.1.2 Implicit VR Little Endian
    1.2.840.10008.1.2.1 Explicit VR Little Endian
    1.2.840.10008.1.2.1.98 Encapsulated Uncompressed Explicit VR Little Endian
    1.2.840.10008.1.2.1.99 Deflated Explicit VR Little Endian
    1.2.840.10008.1.2.2 Explicit VR Big Endian
    1.2.840.10008.1.2.4.50 JPEG Baseline (Process 1)
    1.2.840.10008.1.2.4.51 JPEG Extended (Process 2 & 4)
    1.2.840.10008.1.2.4.57 JPEG Lossless, Non-Hierarchical (Process 14)
    1.2.840.10008.1.2.4.70 JPEG Lossless, Non-Hierarchical, First-Order Prediction
    1.2.840.10008.1.2.4.80 JPEG-LS Lossless
    1.2.840.10008.1.2.4.81 JPEG-LS Lossy (Near-Lossless)
    1.2.840.10008.1.2.4.90 JPEG 2000 (Lossless Only)
    1.2.840.10008.1.2.4.91 JPEG 2000
    1.2.840.10008.1.2.4.92 JPEG 2000 Part 2 Multi-component (Lossless Only)
    1.2.840.10008.1.2.4.93 JPEG 2000 Part 2 Multi-component
    1.2.840.10008.1.2.4.94 JPIP Referenced
    1.2.840.10008.1.2.4.95 JPIP Referenced Deflate
    1.2.840.10008.1.2.4.100 MPEG2 Main Profile / Main Level
    1.2.840.10008.1.2.4.101 MPEG2 Main Profile / High Level
    1.2.840.10008.1.2.4.102 MPEG-4 AVC/H.264 High Profile / Level 4.1
    1.2.840.10008.1.2.4.103 MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1
    1.2.840.10008.1.2.4.104 MPEG-4 AVC/H.264 High Profile / Level 4.2 for 2D Video
    1.2.840.10008.1.2.4.105 MPEG-4 AVC/H.264 High Profile / Level 4.2 for 3D Video
    1.2.840.10008.1.2.4.106 MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2
    1.2.840.10008.1.2.4.107 HEVC/H.265 Main Profile / Level 5.1
    1.2.840.10008.1.2.4.108 HEVC/H.265 Main 10 Profile / Level 5.1
    1.2.840.10008.1.2.4.201 High-Throughput JPEG 2000 (Lossless Only)
    1.2.840.10008.1.2.4.202 High-Throughput JPEG 2000 with RPCL Options (Lossless Only)
    1.2.840.10008.1.2.4.203 High-Throughput JPEG 2000
    1.2.840.10008.1.2.5 RLE Lossless
    1.2.840.10008.1.3.10 Media Storage Directory Storage
    """
}
