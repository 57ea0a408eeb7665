extension Origin {
  static let arabic = Origin(
    share: 12,
    families: words(
      """
      Amrani Idrissi Alaoui Bennani Tazi Fassi Berrada Cherkaoui Saidi Haddad Mansouri Benali Bouazza Benhaddou Bouzid
      Ouali Ziani Chaoui Rahmani Khalfi Mokhtari Azzouzi Belkacem Boukhari Daoudi Haddouchi Kaddouri Lamrabet Messaoudi
      Naciri Rachidi Sabri Touzani Yahyaoui Zerouali Ahmadi Aziz Bakkali Chraibi Filali Ghazi Hamdi Jabri Karim Lahlou
      Mernissi Najjar Ouahbi Qasmi Said Talbi Wahbi Younes Zahiri Achahbar Bouchta Derkaoui Farissi Guessous Hajji
      """),
    spaced: [
      "El Amrani", "El Idrissi", "Ben Ali", "Ait Ahmed", "El Khattabi", "El Haddad", "Bel Hadj", "Al Saidi",
      "El Mansouri", "Ben Moussa",
    ],
    beginnings: ["", "", "El ", "El ", "Ben ", "Ben", "Bou", "Ait ", "Al ", "Abdel", "Oul"],
    stems: words(
      """
      kacem haddou yahia moussa lakhdar rabah tahar zarrou mimoun tayeb daoud hamou slimane allal driss fares ghali jelloul
      kaddour larbi maati nacer othman qadi radi salah taleb walid zaki brahim chaib azzou bakir chikh doukk essafi hbib
      """),
    endings: ["", "", "", "i", "aoui", "ani", "ouch", "iri"],
    women: words(
      """
      Fatima Khadija Aicha Naima Samira Samia Karima Malika Rachida Latifa Nadia Hafida Zohra Amina Salma Yasmine Nora
      Imane Hanane Ikram Soukaina Meryem Sara Lina Rania Aya Inaya Houda Loubna Mouna Najat Siham Wafa Zineb Ghizlane
      """),
    men: words(
      """
      Mohamed Ahmed Youssef Hassan Said Rachid Abdelkader Mustapha Ali Omar Khalid Karim Brahim Hamid Abdellah Driss Nabil
      Jamal Aziz Bilal Ilyas Adam Amine Anas Ayoub Hamza Ismail Mehdi Rayan Soufiane Tarik Yassine Zakaria Walid Imran
      """),
    compounds: ["Mohamed Amine", "Fatima Zahra", "Mohamed Ali", "Abdel Rahman", "Lalla Aicha"],
    alike: [("Samia", "Samira"), ("Amin", "Amine"), ("Rayan", "Rayane"), ("Nadia", "Nadira"), ("Hassan", "Hassane")],
    everyday: [("Mohamed", "Simo"), ("Abdelkader", "Kader"), ("Khadija", "Dija"), ("Mustapha", "Mous")],
    wives: .keepTheirs)
}
