// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "studypost", path: "../..")],
  targets: [
    .executableTarget(
      name: "fuzz",
      dependencies: [
        .product(name: "DICOM", package: "studypost"), .product(name: "PixelFilter", package: "studypost"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
