internal import FoundationEssentials

/// The UTF-8 bytes of a text, as `xsd:base64Binary`; of a long one the beginning.
func base64(_ text: String) -> String { Data(text.utf8.prefix(4096)).base64EncodedString() }
