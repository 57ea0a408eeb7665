extension Contents {
  /// Which of the parcels this is in which an urgent study leaves while its images come.
  public struct Portion: Codable, Sendable, Equatable {
    /// Counted from 1.
    public var number: Int
    /// Only the last one has it: with it the study is complete.
    public var last: Last?

    /// Names a portion.
    public init(number: Int, last: Last? = nil) {
      self.number = number
      self.last = last
    }

    /// What the recipient must have when the study is complete.
    public struct Last: Codable, Sendable, Equatable {
      /// How many portions may be named.
      public static let most = 1000

      /// How many instances all portions hold together, this one's among them.
      public var instances: Int
      /// The ids of the parcels of the portions before this one, in their order.
      public var parcels: [String]

      /// Says what the study is.
      public init(instances: Int, parcels: [String]) {
        self.instances = instances
        self.parcels = parcels
      }
    }

    /// What is wrong with it, as the end of a sentence that begins with "contents.json"; nil where nothing is.
    var fault: String? {
      if number < 1 { return "gives a portion a number that is not positive" }
      guard let last else { return nil }
      if last.instances < 0 || last.parcels.count > Last.most {
        return "counts the portions of its study as they cannot be"
      }
      return last.parcels.allSatisfy { ParcelID($0) != nil } ? nil : "names a portion by something that is not its id"
    }
  }
}
