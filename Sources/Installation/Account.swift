internal import Glibc

/// A user of this machine.
public struct Account: Sendable, Equatable {
  /// The login name.
  public let name: String
  /// The user's id.
  public let id: UInt32
  /// The id of its first group.
  public let group: UInt32
  /// Its home.
  public let home: String

  /// The user of that name; nil where there is none.
  public static func named(_ name: String) -> Account? {
    lookUp { entry, buffer, size, found in
      getpwnam_r(name, entry, buffer, size, found)
    } read: { (entry: passwd) in
      Account(
        name: String(cString: entry.pw_name), id: entry.pw_uid, group: entry.pw_gid, home: String(cString: entry.pw_dir)
      )
    }
  }
}

/// A group of this machine.
public struct AccountGroup: Sendable, Equatable {
  /// Its id.
  public let id: UInt32
  /// Who is named as a member; users who have it as their first group are not.
  public let members: [String]

  /// The group of that name; nil where there is none.
  public static func named(_ name: String) -> AccountGroup? {
    lookUp { entry, buffer, size, found in
      getgrnam_r(name, entry, buffer, size, found)
    } read: { (entry: group) in
      var members: [String] = []
      var next = entry.gr_mem
      while let member = next?.pointee {
        members.append(String(cString: member))
        next = next?.advanced(by: 1)
      }
      return AccountGroup(id: entry.gr_gid, members: members)
    }
  }
}

/// Asks the machine's user data base, with a larger buffer while the answer does not fit (getpwnam_r(3)).
private func lookUp<Entry, Value>(
  _ ask: (
    UnsafeMutablePointer<Entry>, UnsafeMutablePointer<CChar>, Int, UnsafeMutablePointer<UnsafeMutablePointer<Entry>?>
  )
    -> Int32,
  read: (Entry) -> Value
) -> Value? {
  var size = 4096
  while size <= 1 << 24 {
    let entry = UnsafeMutablePointer<Entry>.allocate(capacity: 1)
    let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: size)
    defer {
      entry.deallocate()
      buffer.deallocate()
    }
    var found: UnsafeMutablePointer<Entry>?
    let answer = ask(entry, buffer, size, &found)
    if answer != ERANGE { return answer == 0 ? found.map { read($0.pointee) } : nil }
    size *= 4
  }
  return nil
}
