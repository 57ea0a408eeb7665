extension Origin {
  /// Two family names: the father's first and the mother's first.
  static let iberian = Origin(
    share: 4,
    families: words(
      """
      García López Martínez Sánchez Pérez Gómez Fernández Rodríguez González Ruiz Díaz Moreno Muñoz Álvarez Romero Alonso
      Gutiérrez Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano Blanco Molina Morales Suárez Ortega Delgado
      Castro Ortiz Rubio Marín Sanz Núñez Iglesias Medina Garrido Santos Silva Ferreira Pereira Oliveira Costa Rodrigues
      Martins Sousa Fernandes Gonçalves Lopes Marques Almeida Ribeiro Pinto Carvalho Teixeira Moreira Correia Mendes
      """),
    spaced: [
      "de la Cruz", "del Río", "dos Santos", "da Silva", "de Oliveira", "da Costa", "de la Fuente", "San Martín",
    ], beginnings: [], stems: [], endings: [],
    women: words(
      """
      María Carmen Ana Isabel Dolores Pilar Teresa Lucía Paula Marta Sara Elena Cristina Laura Rosa Beatriz Inês Joana
      Mariana Catarina Sofía Raquel Silvia Sandra Fátima Luísa Rocío Nuria Alba Carla Leonor Matilde Amparo Concepción
      """),
    men: words(
      """
      José Antonio Manuel Francisco Juan David Javier Carlos Jesús Daniel Miguel Rafael Pedro Ángel Alejandro João Luís
      Paulo Rui Nuno Tiago Diogo Hugo Mateo Pablo Álvaro Sergio Iván Rubén Óscar Jorge Fernando Duarte Afonso Gonçalo
      """),
    compounds: [
      "José Luis", "María José", "Ana Isabel", "Juan Carlos", "María del Carmen", "João Pedro", "José María",
    ],
    alike: [("Mario", "María"), ("Luis", "Luisa"), ("Carla", "Carlos"), ("Mariana", "Marina"), ("Juan", "Juanjo")],
    everyday: [("Francisco", "Paco"), ("José", "Pepe"), ("Concepción", "Concha"), ("Dolores", "Lola")],
    wives: .keepTheirs, hasTwoFamilyNames: true)
}
