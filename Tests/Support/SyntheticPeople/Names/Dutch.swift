extension Origin {
  static let dutch = Origin(
    share: 38,
    families: words(
      """
      Peeters Janssens Maes Jacobs Mertens Willems Claes Goossens Wouters Smets Hermans Michiels Aerts Martens Hendrickx
      Pauwels Segers Bogaerts Stevens Claeys Verhoeven Lemmens Cools Coppens Moens Thys Geerts Bosmans Bauwens Wauters
      Vermeulen Verstraete Lenaerts Christiaens Vandenberghe Baert Vermeiren Timmermans Theunis Everaert Cuypers Daems
      Cornelis Dierckx Ceulemans Heylen Nijs Vercammen Gijsbers Helsen Brems Sels Luyten Smeets Vanhoof Torfs Nelissen
      """),
    spaced: [
      "De Smet", "De Vos", "De Clercq", "De Backer", "De Wilde", "De Meyer", "Van den Broeck", "Van de Velde",
      "Van Damme", "De Cock", "Van den Bossche", "Van Acker", "De Ridder", "Van den Berghe", "D'Hondt", "'t Kindt",
    ],
    beginnings: [
      "", "", "", "Van ", "Van ", "De ", "Van de ", "Van den ", "Van der ", "Vande", "Vanden", "Vander", "Ver",
    ],
    stems: words(
      """
      Bruyn Kerk Meul Hael Linden Stock Broeck Velde Hove Putte Eycken Bulck Roos Wiel Hautt Weghe Steen Poel Laer Moor
      Driess Beek Dael Elst Gucht Hulle Maelen Perre Reep Schoor Straet Vloed Walle Zande Brand Cauwen Dyck Genecht Houte
      Klooster Leem Noor Oever Plas Rentergh Schueren Tichel Vynck Wyngaer Ylen Aken Bogaer Cruys Deck Eecken Fonte
      """),
    endings: ["", "", "s", "mans", "aerts", "ens", "hout", "beke", "dael", "ghem", "kens", "ick", "sen", "voort"],
    women: words(
      """
      Maria Emma Louise Anna Julia Lotte Elise Marie Nora Lien Sofie An Els Katrien Greet Hilde Ingrid Leen Mieke Griet
      Lore Fien Jana Laura Charlotte Hanne Eline Sara Lisa Kaat Femke Amber Noor Ella Mila Olivia Liv Lena Juliette Roos
      Godelieve Rita Monique Lutgarde Christine Agnes Martine Nicole Simonne Jeannine Paula Yvonne Irma Hilda Lea Sien
      """),
    men: words(
      """
      Jan Marc Luc Jef Pieter Tom Bart Koen Wim Dirk Geert Johan Kristof Stijn Jeroen Bram Seppe Lars Arthur Lucas Noah
      Liam Jules Louis Adam Victor Finn Mathis Vince Wout Senne Robbe Milan Daan Jasper Ruben Dries Niels Thomas Hugo
      Etienne Willy Roger Jozef Frans Albert Gustaaf Herman Paul André Rik Guido Patrick Eddy Rudi Lukas Tibo Warre
      """),
    compounds: ["Jan-Baptist", "Anne-Marie", "Marie-Louise", "Jan-Willem", "Pieter-Jan", "Marie-Jeanne"],
    alike: [("Luca", "Lucas"), ("Jan", "Jan-Baptist"), ("Lotte", "Lore"), ("Lien", "Lena"), ("Lars", "Lasse")],
    everyday: [
      ("Johannes", "Jan"), ("Elisabeth", "Els"), ("Lambert", "Bert"), ("Katrien", "Trien"), ("Jozef", "Jef"),
      ("Wilhelm", "Wim"), ("Maria", "Mia"), ("Godelieve", "Lieve"), ("Frans", "Sooi"), ("Kristof", "Stoffel"),
    ], wives: .keepTheirs)
}
