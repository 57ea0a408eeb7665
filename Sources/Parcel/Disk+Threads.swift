public import Spool
internal import Threads

extension Disk {
  /// How many threads work on what lies there: as many as there are processors. On a test's disk all is done by one, in an
  /// order that comes again.
  public var threads: Int { system is SystemFileSystem ? Processors.threads : 0 }
}
