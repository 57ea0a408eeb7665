import ArgumentParser
struct DemoCommand: AsyncParsableCommand { @Option(name: .long) var keep: String? }
