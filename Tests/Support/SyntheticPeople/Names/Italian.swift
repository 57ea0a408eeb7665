extension Origin {
  static let italian = Origin(
    share: 3,
    families: words(
      """
      Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti Costa Giordano Mancini
      Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini Leone Longo Gentile
      Martinelli Vitale Lombardo Serra Coppola Parisi Villa Conte Ferraro Ferri Fabbri Bianco Marini Grasso Valentini
      """),
    spaced: ["De Luca", "Di Stefano", "D'Angelo", "De Santis", "Lo Presti", "La Rosa", "Dell'Acqua", "Della Valle"],
    beginnings: ["", "", "Bel", "Mal", "Mon", "Cas", "Cam", "Vin", "Bon", "Tra", "Sal", "Pal"],
    stems: words("tagli bell cast mor pasqu andre gian pietr nicol batt zamp carr fior ross verd"),
    endings: ["ini", "etti", "otti", "ello", "one", "ucci", "aro"],
    women: words(
      """
      Maria Giulia Francesca Chiara Anna Sara Martina Giovanna Rosa Angela Lucia Carmela Teresa Paola Elena Laura Sofia
      Aurora Alice Ginevra Emma Giorgia Beatrice Greta Silvia Valentina Federica Alessia Ilaria Caterina Concetta Bianca
      """),
    men: words(
      """
      Giuseppe Antonio Giovanni Francesco Mario Luigi Salvatore Vincenzo Angelo Marco Andrea Luca Paolo Roberto Stefano
      Alessandro Matteo Lorenzo Davide Simone Leonardo Tommaso Riccardo Gabriele Edoardo Pietro Giacomo Enzo Dario Rocco
      """),
    compounds: ["Gian Luca", "Maria Grazia", "Gianluca", "Anna Maria", "Pier Paolo"],
    alike: [
      ("Gianni", "Giovanni"), ("Luca", "Luciano"), ("Andrea", "Andreina"), ("Paola", "Paolo"), ("Rosa", "Rosaria"),
    ],
    everyday: [("Giuseppe", "Pino"), ("Salvatore", "Totò"), ("Francesca", "Chicca"), ("Luigi", "Gino")],
    wives: .keepTheirs)
}
