/// Articles, prepositions and what joins two names: words of family names that identify nobody by themselves, in upper case
/// and without accents.
public let nameParticles: Set<String> = [
  "A", "AF", "AL", "AP", "AV", "BEN", "BIN", "BINT", "BOU", "D", "DA", "DAS", "DE", "DEGLI", "DEI", "DEL", "DELLA",
  "DEN", "DER", "DES", "DI", "DO", "DOS", "DU", "E", "EL", "EN", "IBN", "L", "LA", "LAS", "LE", "LES", "LO", "LOS",
  "OP", "S", "T", "TE", "TEN", "TER", "THE", "VAN", "VOM", "VON", "Y", "ZU", "ZUM", "ZUR",
  // What joins the names of the married.
  "EP", "EPOUSE", "EPSE", "ECHTG", "GEB", "GEBOREN", "NEE", "VEUVE", "VVE", "WED", "WWE",
]
