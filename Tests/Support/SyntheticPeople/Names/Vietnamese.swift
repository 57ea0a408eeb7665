extension Origin {
  /// Few family names, borne by many.
  static let vietnamese = Origin(
    share: 2,
    families: words(
      "Nguyễn Nguyễn Trần Lê Phạm Huỳnh Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trịnh Đoàn Mai Trương Lâm Hà"),
    spaced: [], beginnings: [], stems: [], endings: [],
    women: words(
      "Lan Hoa Mai Hương Linh Thảo Trang Hà Ngọc Phương Thu Yến Nhung Hạnh Oanh Tuyết Vân Xuân Bích Chi Diệp Giang My"),
    men: words(
      "Minh Hùng Dũng Tuấn Anh Nam Long Quang Sơn Thắng Hải Hiếu Khoa Phúc Trung Việt Bình Cường Đức Kiên Lộc Nhân Tâm"),
    compounds: ["Thị Lan", "Văn Minh", "Thị Hoa", "Văn Hùng", "Thị Thu", "Đức Anh", "Ngọc Linh", "Quang Huy"],
    alike: [("Văn Hùng", "Văn Hưng"), ("Thị Hoa", "Thị Hòa"), ("Linh", "Minh Linh"), ("Anh", "Đức Anh")],
    everyday: [("Thị Lan", "Lan"), ("Ngọc Linh", "Linda"), ("Minh", "Tony"), ("Hoa", "Rose")], wives: .keepTheirs)
}
