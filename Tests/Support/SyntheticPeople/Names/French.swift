extension Origin {
  static let french = Origin(
    share: 27,
    families: words(
      """
      Dubois Lambert Dupont Martin Simon Laurent Leroy Renard Denis Lefèvre Lejeune Dumont François Gérard Mathieu Noël
      Delvaux Charlier Collard Thomas Henry Michel Bernard Rousseau Poncelet Marchal Baudouin Colin Dethier Evrard Fontaine
      Gillet Hubert Jadot Kaisin Lecomte Masson Nicolas Olivier Petit Quinet Remacle Servais Thiry Urbain Wathelet Body
      Cornet Lacroix Legrand Leclercq Bodart Hardy Bastin Bertrand Deprez Dufour Mercier Warnier Piron Closset Geneviève
      """),
    spaced: ["Le Roy", "De La Haye", "D'Ursel", "Le Grand", "Du Pré", "De Pauw", "Van Hoeck", "De Bruyne"],
    beginnings: ["", "", "", "Del", "Du", "La", "Le", "Des", "De ", "D'"],
    stems: words(
      """
      vaux court mont croix haye fosse marche pierre bois champ noyer rue pont four puits val tour place roche chêne aune
      bruyère chapelle ferme grange moulin neuville pré rivière saule tilleul vigne forge hêtre orme mare barrière étang
      """),
    endings: ["", "", "el", "et", "ot", "eau", "ier", "in", "on", "ard", "aert", "ette"],
    women: words(
      """
      Marie Emma Louise Léa Camille Chloé Juliette Zoé Alice Jeanne Lucie Manon Inès Sarah Clara Charlotte Élise Hélène
      Françoise Christiane Monique Jacqueline Nathalie Isabelle Sophie Valérie Véronique Anne Catherine Martine Nadine
      Céline Aurélie Virginie Stéphanie Delphine Laurence Pascale Bernadette Josiane Simone Lucienne Yvette Geneviève
      Mathilde Éva Margaux Noémie Océane Amandine Justine Pauline Élodie Gaëlle Maëlle Marion Agathe Rosalie Victoire
      """),
    men: words(
      """
      Jean Louis Hugo Gabriel Arthur Adam Lucas Nathan Noé Théo Mathis Raphaël Jules Victor Sacha Maxime Nicolas Thomas
      Philippe Michel André Pierre Jacques Alain Bernard Daniel Claude Christian Marc Luc François Étienne Benoît Olivier
      Vincent Frédéric Laurent Didier Thierry Pascal Éric Guy Roger Marcel Albert Émile Georges Henri Léon Fernand Joseph
      Loïc Cédric Jérôme Grégory Sébastien Xavier Yves Arnaud Bastien Corentin Florian Quentin Rémi Simon Tristan Édouard
      """),
    compounds: [
      "Jean-Pierre", "Jean-Luc", "Marie-Claire", "Anne-Sophie", "Jean-Marc", "Marie-Christine", "Jean-François",
      "Marie-Thérèse", "Jean-Marie", "Marie-Anne",
    ],
    alike: [("Luca", "Lucas"), ("Louis", "Louison"), ("Marie", "Marine"), ("Théo", "Léo"), ("Emma", "Emmanuelle")],
    everyday: [
      ("Élisabeth", "Babette"), ("Frédéric", "Fred"), ("Bernadette", "Nadette"), ("Jacqueline", "Jackie"),
      ("Maximilien", "Max"), ("Catherine", "Cathy"), ("Joseph", "José"), ("Geneviève", "Ginette"),
    ], wives: .keepTheirs)
}
