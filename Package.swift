// swift-tools-version: 6.2
import PackageDescription

let swift: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

func module(
  _ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil, exclude: [String] = []
) -> Target {
  .target(name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: swift)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: swift)
}

/// 8 MiB less of a service that does nothing: what nobody links to is not exported, and relocations are packed.
let small: [LinkerSetting] = [
  .unsafeFlags(
    ["-use-ld=lld", "-Xlinker", "--no-export-dynamic", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"],
    .when(platforms: [.linux], configuration: .release))
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
  name: "studypost",
  products: [
    .executable(name: "studypost", targets: ["studypost"]),
    .executable(name: "studypost-demo", targets: ["studypost-demo"]),
    .library(name: "DICOM", targets: ["DICOM"]),
    .library(name: "PixelFilter", targets: ["PixelFilter"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/LebJe/TOMLKit", exact: "0.6.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
  ],
  targets: [
    // The command line: parses, wires, prints.
    .executableTarget(
      name: "studypost",
      dependencies: [
        "Collector", "Shipper", "Receiver", "Audit", "Desk", "Reconciliation", "Patients", "Parcel", "Site", "Journal",
        "Custody", "Executor", "Installation", "NationalID", "Spool", "SFTP", "Sealing", "DICOM", "Threads", "CPOSIX",
        log, system, crypto, arguments,
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: swift, linkerSettings: small),

    // The three services. None of them imports another.
    module(
      "Collector",
      [
        "Custody", "Executor", "DICOM", "Parcel", "PixelFilter", "Sealing", "Site", "Journal", "Spool", "Threads", log,
        system,
      ]),
    module(
      "Shipper",
      ["SFTP", "Sealing", "Parcel", "Site", "Executor", "Custody", "Journal", "Spool", "Threads", log, system]),
    module(
      "Receiver",
      [
        "Executor", "Custody", "Records", "Reconciliation", "Patients", "NationalID", "HL7", "DICOM", "Parcel",
        "Sealing", "Site", "Journal", "Spool", "Threads", "CPOSIX", log, system,
        .product(name: "Subprocess", package: "swift-subprocess"),
      ]),

    // What people see and decide, for the command line and the console.
    module(
      "Desk",
      [
        "Archive", "Custody", "Journal", "Executor", "Records", "Reconciliation", "Patients", "NationalID", "DICOM",
        "Parcel", "Sealing", "Site", "Spool", crypto, log, system,
      ]),

    // What they share.
    module("Audit", ["Custody", "Journal", "Site", "Spool", "Threads", log, system]),
    module("Records", ["DICOM", "HL7", "NationalID", "Journal", "Patients", "Reconciliation", "Site"]),
    module("Reconciliation", ["DICOM", "NationalID", "Journal", "Patients", "Site", crypto, system]),
    module("Parcel", ["Archive", "PixelFilter", "Sealing", "Spool", "Threads", crypto, system]),
    module(
      "Site",
      ["Spool", "Sealing", "DICOM", "NationalID", crypto, system, .product(name: "TOMLKit", package: "TOMLKit")]),
    module("Journal", ["Custody", "CPOSIX", crypto, system, .product(name: "GRDB", package: "GRDB.swift")]),
    module("Patients", ["NationalID", "HL7", "FHIR", system, .product(name: "GRDB", package: "GRDB.swift")]),
    module("Custody"),
    module(
      "Installation",
      ["Site", "Spool", "CPOSIX", system, .product(name: "Subprocess", package: "swift-subprocess")]),
    module(
      "Executor",
      [
        "Custody", "Journal", "Parcel", "Sealing", "Site", "Spool", log, system,
        .product(name: "Subprocess", package: "swift-subprocess"),
      ]),

    // The leaves: each knows nothing of the others, but for threads.
    module("Threads", ["CPOSIX"]),
    module("Spool", ["CPOSIX", system]),
    module("SFTP", ["CSSH2", "CPOSIX", system]),
    module("Archive", ["CArchive", "Threads", system]),
    module("Sealing", [crypto]),
    module("DICOM", ["CPOSIX", "CZlib", system], exclude: ["Dictionary/generate"]),
    module("NationalID"),
    module("HL7"),
    module("FHIR"),
    module("PixelFilter", ["CPixelFilter", "Threads"]),

    // Two sites and a study between them on this machine; not part of the package. It knows the sites by `studypost`'s
    // commands alone.
    .executableTarget(
      name: "studypost-demo", dependencies: ["LoopbackSSHD", "DICOM", "Randomness", system, crypto, arguments],
      swiftSettings: swift),

    // A throw-away OpenSSH server on loopback: for the demo and the tests.
    module("LoopbackSSHD", [system]),

    // A link as bad as a test wants it, for tests and as a program for scripts.
    module("FaultProxy", [system], path: "Tests/Support/FaultProxy"),
    .executableTarget(
      name: "fault-proxy", dependencies: ["FaultProxy", arguments], path: "Tests/Support/fault-proxy",
      swiftSettings: swift),

    // A partner's server that fails where a test wants it.
    module("FaultyRemote", ["SFTP", system], path: "Tests/Support/FaultyRemote"),

    // What Tests/Benchmarks/dicom measures.
    .executableTarget(
      name: "dicom-benchmark", dependencies: ["DICOM", "Reconciliation", "Patients", "NationalID", "Spool", system],
      path: "Tests/Benchmarks/dicom-benchmark", swiftSettings: swift),

    // What Tests/Benchmarks/patients measures.
    .executableTarget(
      name: "patients-benchmark",
      dependencies: ["Patients", "NationalID", "SyntheticPeople", "Randomness", "Spool", system],
      path: "Tests/Benchmarks/patients-benchmark", swiftSettings: swift),

    // What Tests/Benchmarks/matching measures.
    .executableTarget(
      name: "matching-benchmark",
      dependencies: ["Reconciliation", "Patients", "NationalID", "SyntheticPeople", "Randomness", system],
      path: "Tests/Benchmarks/matching-benchmark", swiftSettings: swift),

    // System libraries and a shim.
    .systemLibrary(name: "CSSH2", pkgConfig: "libssh2", providers: [.apt(["libssh2-1-dev"])]),
    .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev", "libzstd-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CPOSIX"),
    // Optimised in debug builds, too, which would take many times as long.
    .target(name: "CPixelFilter", cSettings: [.unsafeFlags(["-O2"])]),

    // What the tests share.
    .target(
      name: "FaultySpool", dependencies: ["Spool", system], path: "Tests/Support/FaultySpool", swiftSettings: swift),

    // Files as they are found in the field, made byte by byte.
    .target(name: "IntakeRecipes", path: "Tests/Support/IntakeRecipes", swiftSettings: swift),

    // Patient lists as an EHR writes them.
    .target(
      name: "PatientLists", dependencies: ["Patients", "NationalID"], path: "Tests/Support/PatientLists",
      swiftSettings: swift),

    // Somebody else who writes a database.
    module("ForeignWriter", [system], path: "Tests/Support/ForeignWriter"),

    // Chance that comes again.
    module("Randomness", path: "Tests/Support/Randomness"),

    // People whom nobody is, what a hospital knows of them, and studies about them.
    module(
      "SyntheticPeople", ["Reconciliation", "Patients", "NationalID", "DICOM", "Randomness"],
      path: "Tests/Support/SyntheticPeople"),

    .target(name: "CDeterminism", path: "Tests/Support/CDeterminism"),

    // Two sites in memory, whatever happens to them.
    .executableTarget(
      name: "simulation",
      dependencies: [
        "Receiver", "Executor", "Custody", "Journal", "Parcel", "Patients", "PatientLists", "Sealing", "Site", "Spool",
        "FaultySpool", "CDeterminism", "Randomness", log, system, arguments,
      ], path: "Tests/Simulation", exclude: ["README.md", "run"], swiftSettings: swift),

    tests("DICOMTests", ["DICOM", "IntakeRecipes", "Randomness", "CZlib", system]),
    tests("PixelFilterTests", ["PixelFilter", "Randomness", crypto, system]),
    tests("NationalIDTests", ["NationalID", "Randomness"]),
    tests("HL7Tests", ["HL7"]),
    tests("FHIRTests", ["FHIR"]),
    tests("SealingTests", ["Sealing", "CZlib", crypto]),
    tests("ThreadsTests", ["Threads", "CPOSIX"]),
    tests("ArchiveTests", ["Archive", system]),
    tests("FaultProxyTests", ["FaultProxy", "fault-proxy", "LoopbackSSHD", system]),
    tests("SFTPTests", ["SFTP", "FaultyRemote", "LoopbackSSHD", "FaultProxy", "Sealing", system]),
    tests("SpoolTests", ["Spool", "Threads", "FaultySpool", system]),
    tests("CustodyTests", ["Custody"]),
    tests(
      "PatientsTests",
      ["Patients", "PatientLists", "NationalID", system, .product(name: "GRDB", package: "GRDB.swift")]),
    tests("JournalTests", ["Journal", "Custody", system, .product(name: "GRDB", package: "GRDB.swift")]),
    tests(
      "ExecutorTests",
      ["Executor", "Custody", "Journal", "Parcel", "Sealing", "Site", "Spool", "FaultySpool", log, system]),
    tests("AuditTests", ["Audit", "Journal", "Site", "Spool", "Threads", log, system]),
    tests("SiteTests", ["Site", "DICOM", "FaultySpool", "Sealing", "Spool", system]),
    tests("ParcelTests", ["Parcel", "PixelFilter", "Sealing", "Archive", "Spool", "Threads", system]),
    tests(
      "ShipperTests",
      [
        "Shipper", "SFTP", "FaultProxy", "FaultyRemote", "FaultySpool", "ForeignWriter", "LoopbackSSHD", "Executor",
        "Parcel",
        "Sealing", "Site",
        "Journal", "Custody", "Spool", log, system,
      ]),
    tests(
      "DeskTests",
      [
        "Desk", "Custody", "Executor", "ForeignWriter", "Journal", "Parcel", "Patients", "PatientLists",
        "Reconciliation",
        "Site", "Spool", log, system,
      ]),
    tests(
      "CollectorTests",
      [
        "Threads",
        "Collector", "Custody", "Executor", "DICOM", "FaultySpool", "Parcel", "PixelFilter", "Randomness", "Sealing",
        "Site", "Journal", "Spool",
        log,
        system,
      ]),
    tests(
      "ReconciliationTests",
      [
        "Reconciliation", "Patients", "SyntheticPeople", "IntakeRecipes", "NationalID", "DICOM", "Journal", "Site",
        system,
        .product(name: "GRDB", package: "GRDB.swift"),
      ], exclude: ["Scenarios"]),
    tests(
      "IntakeTests",
      [
        "Threads",
        "ForeignWriter", "Collector", "Receiver", "Desk", "Custody", "IntakeRecipes", "Parcel", "Patients",
        "PatientLists",
        "Records", "Reconciliation", "Sealing", "Site", "Journal", "Spool", log, system,
      ]),
    tests("ExchangeTests", ["studypost", "studypost-demo", "LoopbackSSHD", "Randomness", system]),
  ],
  swiftLanguageModes: [.v6]
)
