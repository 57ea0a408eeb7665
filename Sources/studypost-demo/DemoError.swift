/// Why the demo cannot go on, or failed: what happened and what to do, for people.
struct DemoError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// The demo was asked to stop.
struct Stopped: Error {}
