import SystemPackage
import Testing

@testable import DICOM

struct CorpusTests {
  // Without them the other tests would hold against nothing: their absence is a failure, not a reason to skip.
  @Test("the files of all five projects are here (apt-get install python3-pydicom; Packaging/corpora)")
  func counts() {
    // One of them is no DICOM file.
    #expect(Corpus.testFiles.count == 158)
    #expect(Corpus.characterSetFiles.count == 17)
    // nibabel has ten, two of which are copies of others.
    #expect(Corpus.nibabel.count == 8)
    #expect(Corpus.pynetdicom.count == 6)
    #expect(Corpus.octave.count == 5)
    #expect(Set(Corpus.all.map(Corpus.name)).count == Corpus.all.count)
  }

  @Test("they are of every kind of transfer syntax")
  func syntaxes() throws {
    let files = Corpus.all.compactMap { try? DICOMFile.read($0) }
    let known: Set = [
      TransferSyntax.implicitLittleEndian, .explicitLittleEndian, .deflatedExplicitLittleEndian, .explicitBigEndian,
    ]
    #expect(Set(files.map(\.transferSyntax)).isSuperset(of: known))
    let encapsulated = files.filter { file in
      if case .fragments? = file.dataSet[.pixelData]?.content { return true }
      return false
    }
    #expect(Set(encapsulated.map(\.transferSyntax)).count == 7)
  }
}
