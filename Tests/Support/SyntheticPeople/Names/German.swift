extension Origin {
  static let german = Origin(
    share: 3,
    families: words(
      """
      Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf
      Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier Lehmann Köhler
      Möller Böhm Großmann Weiß Jäger Günther Böttcher Krämer Kühn Vögel Dürr Löffler Röder Süß Strauß Fröhlich Grün
      """),
    spaced: ["von Berg", "von der Heide", "zur Mühlen", "von Stein"],
    beginnings: ["Ober", "Stein", "Wald", "Berg", "Hof", "Kirch", "Mühl", "Rosen", "Schön", "Grün", "Holz", "Brück"],
    stems: words("bach berg müller meier mann hofer hauser brunner huber stätter gruber acher egger"),
    endings: [""],
    women: words(
      """
      Anna Ursula Renate Monika Petra Sabine Karin Gabriele Andrea Susanne Birgit Claudia Katrin Sandra Julia Sophie Mia
      Hannah Lena Johanna Jürgine Bärbel Käthe Gisela Helga Ingrid Brigitte Elke Heike Martina Anke Grete Luise Clara
      """),
    men: words(
      """
      Hans Peter Klaus Wolfgang Jürgen Günter Uwe Bernd Jörg Stefan Andreas Michael Thomas Frank Ralf Dieter Manfred
      Werner Heinz Horst Karl Otto Felix Jonas Maximilian Paul Ben Leon Lukas Götz Björn Sören Rüdiger Matthäus Emil
      """),
    compounds: ["Karl-Heinz", "Hans-Jürgen", "Anna-Lena", "Klaus-Dieter"],
    alike: [("Hanna", "Hannah"), ("Lena", "Leni"), ("Jonas", "Jona"), ("Ben", "Benno"), ("Anna", "Annalena")],
    everyday: [("Johannes", "Hannes"), ("Elisabeth", "Lisa"), ("Maximilian", "Max"), ("Ursula", "Uschi")],
    wives: .takeHusbands)
}
