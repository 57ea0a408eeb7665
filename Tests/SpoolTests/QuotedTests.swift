import Spool
import Testing

@Suite struct QuotedTests {
  @Test(arguments: [
    ("\u{1B}[2J\u{1B}]0;owned\u{07}", "\\u{1b}[2J\\u{1b}]0;owned\\u{7}"),
    ("a\nb\r\nc\td", "a\\u{a}b\\u{d}\\u{a}c\\u{9}d"),
    ("\u{202E}gpj.exe\u{202C}", "\\u{202e}gpj.exe\\u{202c}"), ("\u{2066}a\u{2069}", "\\u{2066}a\\u{2069}"),
    ("\u{9B}31m", "\\u{9b}31m"), ("line\u{2028}para\u{2029}", "line\\u{2028}para\\u{2029}"), ("a\0b", "a\\u{0}b"),
    ("zero\u{200B}width\u{FEFF}", "zero\\u{200b}width\\u{feff}"), ("\u{E0041}\u{E000}", "\\u{e0041}\\u{e000}"),
    ("Müller^Jürgen 山田", "Müller^Jürgen 山田"), ("<b>&amp;'\"", "<b>&amp;'\""), ("", ""),
  ])
  func foreignTextIsMadeHarmlessAndStaysReadable(text: String, quoted: String) {
    #expect(Quoted.text(text) == quoted)
  }

  @Test func aLongTextIsCut() {
    #expect(Quoted.text(String(repeating: "x", count: 600)) == String(repeating: "x", count: 512) + "…")
    #expect(Quoted.text(String(repeating: "x", count: 512)).count == 512)
    #expect(Quoted.text("e" + String(repeating: "\u{301}", count: 1_000_000)).unicodeScalars.count == 513)
    #expect(Quoted.text("abc", limit: 2) == "ab…")
  }
}
