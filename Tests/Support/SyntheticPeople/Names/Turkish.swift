extension Origin {
  static let turkish = Origin(
    share: 7,
    families: words(
      """
      Yılmaz Kaya Demir Çelik Şahin Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç Kurt
      Özkan Şimşek Polat Korkmaz Özcan Çakır Erdoğan Yavuz Can Acar Şen Aktaş Güler Yalçın Güneş Bozkurt Bulut Keskin Ünal
      Turan Gül Özer Işık Kaplan Avcı Sarı Tekin Taş Köse Yüksel Ateş Aksoy Balcı Uçar Tunç Ülker Uysal Ceylan Duman
      """),
    spaced: [],
    beginnings: ["Kara", "Ak", "Öz", "Demir", "Er", "Gül", "Taş", "Bay", "Gök", "Ün", "Şen", "Kök", "Sarı"],
    stems: words("taş türk can dağ kaya soy gün bulut bay demir deniz han kan men pınar su tepe yurt çelik göz"),
    endings: ["", "", "", "oğlu", "lı", "er", "cı"],
    women: words(
      """
      Fatma Ayşe Emine Hatice Zeynep Elif Meryem Şerife Zehra Sultan Hanife Merve Havva Özlem Yasemin Hülya Esra Büşra
      Kübra Gülsüm Leyla Dilek Sevgi Songül Aysel Gönül Derya Ebru Tuğba Ceylan Nur Defne Azra Ecrin Işıl Gamze Pınar
      """),
    men: words(
      """
      Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim İsmail Osman Yusuf Murat Ömer Ramazan Halil Süleyman Abdullah Mahmut
      Recep Fatih Emre Burak Kemal Serkan Orhan Özgür Uğur Cem Volkan Yiğit Berat Eymen Kerem Çağrı İlker Sinan Tuncay
      """),
    compounds: ["Ali Rıza", "Mehmet Ali", "Ayşe Nur", "Yusuf Ziya", "Fatma Zehra"],
    alike: [("Ayşe", "Ayşegül"), ("Gül", "Gülşen"), ("Elif", "Elifnur"), ("Emre", "Emrah"), ("Hasan", "Hüseyin")],
    everyday: [("Abdullah", "Apo"), ("İbrahim", "İbo"), ("Mehmet", "Memo"), ("Fatma", "Fatoş")], wives: .takeHusbands)
}
