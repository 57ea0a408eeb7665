/// The attributes that the product names, by their keywords (PS3.6).
extension Tag {
  /// File Meta Information Group Length, (0002,0000).
  public static let fileMetaInformationGroupLength = Tag(0x0002, 0x0000)
  /// File Meta Information Version, (0002,0001).
  public static let fileMetaInformationVersion = Tag(0x0002, 0x0001)
  /// Media Storage SOP Class UID, (0002,0002).
  public static let mediaStorageSOPClassUID = Tag(0x0002, 0x0002)
  /// Media Storage SOP Instance UID, (0002,0003).
  public static let mediaStorageSOPInstanceUID = Tag(0x0002, 0x0003)
  /// Transfer Syntax UID, (0002,0010).
  public static let transferSyntaxUID = Tag(0x0002, 0x0010)
  /// Implementation Class UID, (0002,0012).
  public static let implementationClassUID = Tag(0x0002, 0x0012)
  /// Implementation Version Name, (0002,0013).
  public static let implementationVersionName = Tag(0x0002, 0x0013)
  /// Source Application Entity Title, (0002,0016).
  public static let sourceApplicationEntityTitle = Tag(0x0002, 0x0016)
  /// Specific Character Set, (0008,0005).
  public static let specificCharacterSet = Tag(0x0008, 0x0005)
  /// Image Type, (0008,0008).
  public static let imageType = Tag(0x0008, 0x0008)
  /// Instance Creation Date, (0008,0012).
  public static let instanceCreationDate = Tag(0x0008, 0x0012)
  /// Instance Creation Time, (0008,0013).
  public static let instanceCreationTime = Tag(0x0008, 0x0013)
  /// Instance Coercion Date Time, (0008,0015).
  public static let instanceCoercionDateTime = Tag(0x0008, 0x0015)
  /// SOP Class UID, (0008,0016).
  public static let sopClassUID = Tag(0x0008, 0x0016)
  /// SOP Instance UID, (0008,0018).
  public static let sopInstanceUID = Tag(0x0008, 0x0018)
  /// Study Date, (0008,0020).
  public static let studyDate = Tag(0x0008, 0x0020)
  /// Series Date, (0008,0021).
  public static let seriesDate = Tag(0x0008, 0x0021)
  /// Acquisition Date, (0008,0022).
  public static let acquisitionDate = Tag(0x0008, 0x0022)
  /// Content Date, (0008,0023).
  public static let contentDate = Tag(0x0008, 0x0023)
  /// Study Time, (0008,0030).
  public static let studyTime = Tag(0x0008, 0x0030)
  /// Series Time, (0008,0031).
  public static let seriesTime = Tag(0x0008, 0x0031)
  /// Acquisition Time, (0008,0032).
  public static let acquisitionTime = Tag(0x0008, 0x0032)
  /// Content Time, (0008,0033).
  public static let contentTime = Tag(0x0008, 0x0033)
  /// Accession Number, (0008,0050).
  public static let accessionNumber = Tag(0x0008, 0x0050)
  /// Issuer Of Accession Number Sequence, (0008,0051).
  public static let issuerOfAccessionNumberSequence = Tag(0x0008, 0x0051)
  /// Modality, (0008,0060).
  public static let modality = Tag(0x0008, 0x0060)
  /// Modalities In Study, (0008,0061).
  public static let modalitiesInStudy = Tag(0x0008, 0x0061)
  /// Manufacturer, (0008,0070).
  public static let manufacturer = Tag(0x0008, 0x0070)
  /// Institution Name, (0008,0080).
  public static let institutionName = Tag(0x0008, 0x0080)
  /// Institution Address, (0008,0081).
  public static let institutionAddress = Tag(0x0008, 0x0081)
  /// Referring Physician Name, (0008,0090).
  public static let referringPhysicianName = Tag(0x0008, 0x0090)
  /// Code Value, (0008,0100).
  public static let codeValue = Tag(0x0008, 0x0100)
  /// Coding Scheme Designator, (0008,0102).
  public static let codingSchemeDesignator = Tag(0x0008, 0x0102)
  /// Code Meaning, (0008,0104).
  public static let codeMeaning = Tag(0x0008, 0x0104)
  /// Station Name, (0008,1010).
  public static let stationName = Tag(0x0008, 0x1010)
  /// Study Description, (0008,1030).
  public static let studyDescription = Tag(0x0008, 0x1030)
  /// Procedure Code Sequence, (0008,1032).
  public static let procedureCodeSequence = Tag(0x0008, 0x1032)
  /// Series Description, (0008,103E).
  public static let seriesDescription = Tag(0x0008, 0x103E)
  /// Institutional Department Name, (0008,1040).
  public static let institutionalDepartmentName = Tag(0x0008, 0x1040)
  /// Manufacturer Model Name, (0008,1090).
  public static let manufacturerModelName = Tag(0x0008, 0x1090)
  /// Patient Name, (0010,0010).
  public static let patientName = Tag(0x0010, 0x0010)
  /// Patient ID, (0010,0020).
  public static let patientID = Tag(0x0010, 0x0020)
  /// Issuer Of Patient ID, (0010,0021).
  public static let issuerOfPatientID = Tag(0x0010, 0x0021)
  /// Type Of Patient ID, (0010,0022).
  public static let typeOfPatientID = Tag(0x0010, 0x0022)
  /// Issuer Of Patient ID Qualifiers Sequence, (0010,0024).
  public static let issuerOfPatientIDQualifiersSequence = Tag(0x0010, 0x0024)
  /// Patient Birth Date, (0010,0030).
  public static let patientBirthDate = Tag(0x0010, 0x0030)
  /// Patient Sex, (0010,0040).
  public static let patientSex = Tag(0x0010, 0x0040)
  /// Other Patient I Ds, (0010,1000).
  public static let otherPatientIDs = Tag(0x0010, 0x1000)
  /// Other Patient Names, (0010,1001).
  public static let otherPatientNames = Tag(0x0010, 0x1001)
  /// Other Patient I Ds Sequence, (0010,1002).
  public static let otherPatientIDsSequence = Tag(0x0010, 0x1002)
  /// Patient Birth Name, (0010,1005).
  public static let patientBirthName = Tag(0x0010, 0x1005)
  /// Patient Age, (0010,1010).
  public static let patientAge = Tag(0x0010, 0x1010)
  /// Patient Weight, (0010,1030).
  public static let patientWeight = Tag(0x0010, 0x1030)
  /// Patient Comments, (0010,4000).
  public static let patientComments = Tag(0x0010, 0x4000)
  /// Patient Identity Removed, (0012,0062).
  public static let patientIdentityRemoved = Tag(0x0012, 0x0062)
  /// Body Part Examined, (0018,0015).
  public static let bodyPartExamined = Tag(0x0018, 0x0015)
  /// Scan Options, (0018,0022).
  public static let scanOptions = Tag(0x0018, 0x0022)
  /// Slice Thickness, (0018,0050).
  public static let sliceThickness = Tag(0x0018, 0x0050)
  /// KVP, (0018,0060).
  public static let kvp = Tag(0x0018, 0x0060)
  /// Data Collection Diameter, (0018,0090).
  public static let dataCollectionDiameter = Tag(0x0018, 0x0090)
  /// Device Serial Number, (0018,1000).
  public static let deviceSerialNumber = Tag(0x0018, 0x1000)
  /// Software Versions, (0018,1020).
  public static let softwareVersions = Tag(0x0018, 0x1020)
  /// Protocol Name, (0018,1030).
  public static let protocolName = Tag(0x0018, 0x1030)
  /// Reconstruction Diameter, (0018,1100).
  public static let reconstructionDiameter = Tag(0x0018, 0x1100)
  /// Gantry Detector Tilt, (0018,1120).
  public static let gantryDetectorTilt = Tag(0x0018, 0x1120)
  /// Table Height, (0018,1130).
  public static let tableHeight = Tag(0x0018, 0x1130)
  /// Rotation Direction, (0018,1140).
  public static let rotationDirection = Tag(0x0018, 0x1140)
  /// Exposure Time, (0018,1150).
  public static let exposureTime = Tag(0x0018, 0x1150)
  /// X-Ray Tube Current, (0018,1151).
  public static let xRayTubeCurrent = Tag(0x0018, 0x1151)
  /// Exposure, (0018,1152).
  public static let exposure = Tag(0x0018, 0x1152)
  /// Filter Type, (0018,1160).
  public static let filterType = Tag(0x0018, 0x1160)
  /// Focal Spots, (0018,1190).
  public static let focalSpots = Tag(0x0018, 0x1190)
  /// Convolution Kernel, (0018,1210).
  public static let convolutionKernel = Tag(0x0018, 0x1210)
  /// Patient Position, (0018,5100).
  public static let patientPosition = Tag(0x0018, 0x5100)
  /// Study Instance UID, (0020,000D).
  public static let studyInstanceUID = Tag(0x0020, 0x000D)
  /// Series Instance UID, (0020,000E).
  public static let seriesInstanceUID = Tag(0x0020, 0x000E)
  /// Study ID, (0020,0010).
  public static let studyID = Tag(0x0020, 0x0010)
  /// Series Number, (0020,0011).
  public static let seriesNumber = Tag(0x0020, 0x0011)
  /// Acquisition Number, (0020,0012).
  public static let acquisitionNumber = Tag(0x0020, 0x0012)
  /// Instance Number, (0020,0013).
  public static let instanceNumber = Tag(0x0020, 0x0013)
  /// Patient Orientation, (0020,0020).
  public static let patientOrientation = Tag(0x0020, 0x0020)
  /// Image Position Patient, (0020,0032).
  public static let imagePositionPatient = Tag(0x0020, 0x0032)
  /// Image Orientation Patient, (0020,0037).
  public static let imageOrientationPatient = Tag(0x0020, 0x0037)
  /// Frame Of Reference UID, (0020,0052).
  public static let frameOfReferenceUID = Tag(0x0020, 0x0052)
  /// Laterality, (0020,0060).
  public static let laterality = Tag(0x0020, 0x0060)
  /// Position Reference Indicator, (0020,1040).
  public static let positionReferenceIndicator = Tag(0x0020, 0x1040)
  /// Slice Location, (0020,1041).
  public static let sliceLocation = Tag(0x0020, 0x1041)
  /// Number Of Study Related Instances, (0020,1208).
  public static let numberOfStudyRelatedInstances = Tag(0x0020, 0x1208)
  /// Number Of Series Related Instances, (0020,1209).
  public static let numberOfSeriesRelatedInstances = Tag(0x0020, 0x1209)
  /// Image Comments, (0020,4000).
  public static let imageComments = Tag(0x0020, 0x4000)
  /// Samples Per Pixel, (0028,0002).
  public static let samplesPerPixel = Tag(0x0028, 0x0002)
  /// Photometric Interpretation, (0028,0004).
  public static let photometricInterpretation = Tag(0x0028, 0x0004)
  /// Number Of Frames, (0028,0008).
  public static let numberOfFrames = Tag(0x0028, 0x0008)
  /// Rows, (0028,0010).
  public static let rows = Tag(0x0028, 0x0010)
  /// Columns, (0028,0011).
  public static let columns = Tag(0x0028, 0x0011)
  /// Pixel Spacing, (0028,0030).
  public static let pixelSpacing = Tag(0x0028, 0x0030)
  /// Bits Allocated, (0028,0100).
  public static let bitsAllocated = Tag(0x0028, 0x0100)
  /// Bits Stored, (0028,0101).
  public static let bitsStored = Tag(0x0028, 0x0101)
  /// High Bit, (0028,0102).
  public static let highBit = Tag(0x0028, 0x0102)
  /// Pixel Representation, (0028,0103).
  public static let pixelRepresentation = Tag(0x0028, 0x0103)
  /// Smallest Image Pixel Value, (0028,0106).
  public static let smallestImagePixelValue = Tag(0x0028, 0x0106)
  /// Largest Image Pixel Value, (0028,0107).
  public static let largestImagePixelValue = Tag(0x0028, 0x0107)
  /// Pixel Padding Value, (0028,0120).
  public static let pixelPaddingValue = Tag(0x0028, 0x0120)
  /// Burned In Annotation, (0028,0301).
  public static let burnedInAnnotation = Tag(0x0028, 0x0301)
  /// Window Center, (0028,1050).
  public static let windowCenter = Tag(0x0028, 0x1050)
  /// Window Width, (0028,1051).
  public static let windowWidth = Tag(0x0028, 0x1051)
  /// Rescale Intercept, (0028,1052).
  public static let rescaleIntercept = Tag(0x0028, 0x1052)
  /// Rescale Slope, (0028,1053).
  public static let rescaleSlope = Tag(0x0028, 0x1053)
  /// Rescale Type, (0028,1054).
  public static let rescaleType = Tag(0x0028, 0x1054)
  /// Lossy Image Compression, (0028,2110).
  public static let lossyImageCompression = Tag(0x0028, 0x2110)
  /// Scheduled Study Location, (0032,1020).
  public static let scheduledStudyLocation = Tag(0x0032, 0x1020)
  /// Requesting Physician, (0032,1032).
  public static let requestingPhysician = Tag(0x0032, 0x1032)
  /// Requesting Service, (0032,1033).
  public static let requestingService = Tag(0x0032, 0x1033)
  /// Requested Procedure Description, (0032,1060).
  public static let requestedProcedureDescription = Tag(0x0032, 0x1060)
  /// Requested Procedure Code Sequence, (0032,1064).
  public static let requestedProcedureCodeSequence = Tag(0x0032, 0x1064)
  /// Study Comments, (0032,4000).
  public static let studyComments = Tag(0x0032, 0x4000)
  /// Admission ID, (0038,0010).
  public static let admissionID = Tag(0x0038, 0x0010)
  /// Issuer Of Admission ID, (0038,0011).
  public static let issuerOfAdmissionID = Tag(0x0038, 0x0011)
  /// Issuer Of Admission ID Sequence, (0038,0014).
  public static let issuerOfAdmissionIDSequence = Tag(0x0038, 0x0014)
  /// Current Patient Location, (0038,0300).
  public static let currentPatientLocation = Tag(0x0038, 0x0300)
  /// Scheduled Procedure Step Description, (0040,0007).
  public static let scheduledProcedureStepDescription = Tag(0x0040, 0x0007)
  /// Scheduled Procedure Step ID, (0040,0009).
  public static let scheduledProcedureStepID = Tag(0x0040, 0x0009)
  /// Local Namespace Entity ID, (0040,0031).
  public static let localNamespaceEntityID = Tag(0x0040, 0x0031)
  /// Universal Entity ID, (0040,0032).
  public static let universalEntityID = Tag(0x0040, 0x0032)
  /// Universal Entity ID Type, (0040,0033).
  public static let universalEntityIDType = Tag(0x0040, 0x0033)
  /// Identifier Type Code, (0040,0035).
  public static let identifierTypeCode = Tag(0x0040, 0x0035)
  /// Performed Procedure Step ID, (0040,0253).
  public static let performedProcedureStepID = Tag(0x0040, 0x0253)
  /// Performed Procedure Step Description, (0040,0254).
  public static let performedProcedureStepDescription = Tag(0x0040, 0x0254)
  /// Request Attributes Sequence, (0040,0275).
  public static let requestAttributesSequence = Tag(0x0040, 0x0275)
  /// Requested Procedure ID, (0040,1001).
  public static let requestedProcedureID = Tag(0x0040, 0x1001)
  /// Requested Procedure Location, (0040,1005).
  public static let requestedProcedureLocation = Tag(0x0040, 0x1005)
  /// Names Of Intended Recipients Of Results, (0040,1010).
  public static let namesOfIntendedRecipientsOfResults = Tag(0x0040, 0x1010)
  /// Requested Procedure Comments, (0040,1400).
  public static let requestedProcedureComments = Tag(0x0040, 0x1400)
  /// Placer Order Number Imaging Service Request, (0040,2016).
  public static let placerOrderNumberImagingServiceRequest = Tag(0x0040, 0x2016)
  /// Filler Order Number Imaging Service Request, (0040,2017).
  public static let fillerOrderNumberImagingServiceRequest = Tag(0x0040, 0x2017)
  /// Imaging Service Request Comments, (0040,2400).
  public static let imagingServiceRequestComments = Tag(0x0040, 0x2400)
  /// Selector Attribute, (0072,0026).
  public static let selectorAttribute = Tag(0x0072, 0x0026)
  /// Selector Value Number, (0072,0028).
  public static let selectorValueNumber = Tag(0x0072, 0x0028)
  /// Modified Attributes Sequence, (0400,0550).
  public static let modifiedAttributesSequence = Tag(0x0400, 0x0550)
  /// Nonconforming Modified Attributes Sequence, (0400,0551).
  public static let nonconformingModifiedAttributesSequence = Tag(0x0400, 0x0551)
  /// Nonconforming Data Element Value, (0400,0552).
  public static let nonconformingDataElementValue = Tag(0x0400, 0x0552)
  /// Original Attributes Sequence, (0400,0561).
  public static let originalAttributesSequence = Tag(0x0400, 0x0561)
  /// Attribute Modification Date Time, (0400,0562).
  public static let attributeModificationDateTime = Tag(0x0400, 0x0562)
  /// Modifying System, (0400,0563).
  public static let modifyingSystem = Tag(0x0400, 0x0563)
  /// Source Of Previous Values, (0400,0564).
  public static let sourceOfPreviousValues = Tag(0x0400, 0x0564)
  /// Reason For The Attribute Modification, (0400,0565).
  public static let reasonForTheAttributeModification = Tag(0x0400, 0x0565)
  /// Instance Origin Status, (0400,0600).
  public static let instanceOriginStatus = Tag(0x0400, 0x0600)
  /// MAC Parameters Sequence, (4FFE,0001).
  public static let macParametersSequence = Tag(0x4FFE, 0x0001)
  /// Extended Offset Table, (7FE0,0001).
  public static let extendedOffsetTable = Tag(0x7FE0, 0x0001)
  /// Pixel Data, (7FE0,0010).
  public static let pixelData = Tag(0x7FE0, 0x0010)
  /// Digital Signatures Sequence, (FFFA,FFFA).
  public static let digitalSignaturesSequence = Tag(0xFFFA, 0xFFFA)
  /// Data Set Trailing Padding, (FFFC,FFFC).
  public static let dataSetTrailingPadding = Tag(0xFFFC, 0xFFFC)
}
