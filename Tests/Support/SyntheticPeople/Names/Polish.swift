extension Origin {
  /// A woman's name ends in -ska where a man's ends in -ski.
  static let polish = Origin(
    share: 4,
    families: words(
      """
      Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski
      Jankowski Mazur Wojciechowski Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski Zając Pawłowski Michalski Król
      Wieczorek Jabłoński Wróbel Majewski Olszewski Stępień Malinowski Jaworski Adamczyk Dudek Pawlak Górski Sikora Baran
      """),
    spaced: [], beginnings: ["Kowal", "Jan", "Wiś", "Zie", "Bor", "Gra", "Mal", "Ol", "Pio", "Sza", "Świ", "Żu", "Łu"],
    stems: words("kow ow iń er in ań ek oł aw ik ęc ub"), endings: ["ski", "ski", "cki", "czyk", "wicz", "ak"],
    women: words(
      """
      Anna Maria Katarzyna Małgorzata Agnieszka Barbara Ewa Krystyna Elżbieta Zofia Joanna Magdalena Monika Julia Zuzanna
      Hanna Maja Wiktoria Alicja Oliwia Natalia Jadwiga Teresa Danuta Halina Irena Beata Dorota Justyna Karolina Łucja
      """),
    men: words(
      """
      Jan Andrzej Piotr Krzysztof Stanisław Tomasz Paweł Józef Marcin Marek Michał Grzegorz Jerzy Tadeusz Adam Łukasz
      Zbigniew Ryszard Dariusz Henryk Mariusz Kazimierz Wojciech Robert Mateusz Jakub Antoni Szymon Franciszek Filip
      """),
    compounds: ["Anna Maria", "Jan Paweł"],
    alike: [("Hanna", "Anna"), ("Marek", "Marcin"), ("Julia", "Julianna"), ("Jan", "Janusz"), ("Ewa", "Ewelina")],
    everyday: [("Małgorzata", "Gosia"), ("Katarzyna", "Kasia"), ("Stanisław", "Staszek"), ("Elżbieta", "Ela")],
    wives: .takeHusbands, hasFeminineFamilyNames: true)
}
