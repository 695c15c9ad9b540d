"""Names of made-up organisations and the texts that a cell's month is made of."""

PROVINCE = ("Đảng bộ tỉnh Minh Khê", "MK")
BLOCK = ("Đảng bộ Khối các cơ quan và doanh nghiệp tỉnh Minh Khê", "MK-KHOI")

CELLS = (
    "Chi bộ Cơ quan Đảng ủy Khối",
    "Chi bộ Hội Chữ thập đỏ",
    "Chi bộ Hội Nhà báo",
    "Chi bộ Hội Văn học nghệ thuật",
    "Chi bộ Liên minh Hợp tác xã",
    "Chi bộ Quỹ Đầu tư phát triển",
    "Chi bộ Quỹ Bảo vệ môi trường",
    "Chi bộ Trung tâm Xúc tiến đầu tư",
    "Chi bộ Trung tâm Phục vụ hành chính công",
    "Chi bộ Trung tâm Công nghệ thông tin",
    "Chi bộ Trung tâm Khuyến nông",
    "Chi bộ Trung tâm Kiểm soát bệnh tật",
    "Chi bộ Trung tâm Giám định y khoa",
    "Chi bộ Trung tâm Pháp y",
    "Chi bộ Trung tâm Trợ giúp pháp lý",
    "Chi bộ Trung tâm Văn hóa",
    "Chi bộ Trung tâm Huấn luyện thể thao",
    "Chi bộ Bảo tàng tỉnh",
    "Chi bộ Thư viện tỉnh",
    "Chi bộ Nhà hát Chèo",
    "Chi bộ Ban Quản lý dự án giao thông",
    "Chi bộ Ban Quản lý dự án dân dụng",
    "Chi bộ Ban Quản lý khu công nghiệp",
    "Chi bộ Ban Quản lý rừng phòng hộ",
    "Chi bộ Chi cục Thủy lợi",
    "Chi bộ Chi cục Kiểm lâm",
    "Chi bộ Chi cục Chăn nuôi",
    "Chi bộ Chi cục Tiêu chuẩn đo lường",
    "Chi bộ Chi cục Dân số",
    "Chi bộ Trường Trung cấp Nghề",
    "Chi bộ Trường Phổ thông dân tộc nội trú",
    "Chi bộ Trường Chuyên Minh Khê",
    "Chi bộ Công ty In Minh Khê",
    "Chi bộ Công ty Xổ số kiến thiết",
    "Chi bộ Công ty Sách và thiết bị trường học",
    "Chi bộ Công ty Giống cây trồng",
    "Chi bộ Công ty Quản lý đường bộ",
    "Chi bộ Công ty Tư vấn xây dựng",
    "Chi bộ Ngân hàng Chính sách xã hội",
)

COMMITTEES = (
    "Đảng bộ Văn phòng Ủy ban nhân dân tỉnh",
    "Đảng bộ Sở Tài chính",
    "Đảng bộ Sở Xây dựng",
    "Đảng bộ Sở Công Thương",
    "Đảng bộ Sở Nội vụ",
    "Đảng bộ Sở Tư pháp",
    "Đảng bộ Sở Y tế",
    "Đảng bộ Sở Giáo dục và Đào tạo",
    "Đảng bộ Sở Nông nghiệp và Môi trường",
    "Đảng bộ Sở Khoa học và Công nghệ",
    "Đảng bộ Sở Văn hóa, Thể thao và Du lịch",
    "Đảng bộ Thanh tra tỉnh",
    "Đảng bộ Tòa án nhân dân tỉnh",
    "Đảng bộ Viện kiểm sát nhân dân tỉnh",
    "Đảng bộ Thi hành án dân sự tỉnh",
    "Đảng bộ Kho bạc Nhà nước khu vực",
    "Đảng bộ Thuế tỉnh",
    "Đảng bộ Hải quan khu vực",
    "Đảng bộ Thống kê tỉnh",
    "Đảng bộ Bảo hiểm xã hội tỉnh",
    "Đảng bộ Bưu điện tỉnh",
    "Đảng bộ Viễn thông Minh Khê",
    "Đảng bộ Công ty Điện lực Minh Khê",
    "Đảng bộ Công ty Cấp nước Minh Khê",
    "Đảng bộ Công ty Môi trường đô thị",
    "Đảng bộ Công ty Thủy nông",
    "Đảng bộ Công ty Xăng dầu Minh Khê",
    "Đảng bộ Công ty Xi măng Minh Khê",
    "Đảng bộ Công ty May Minh Khê",
    "Đảng bộ Công ty Lương thực",
    "Đảng bộ Ngân hàng Nông nghiệp tỉnh",
    "Đảng bộ Ngân hàng Công Thương tỉnh",
    "Đảng bộ Ngân hàng Đầu tư tỉnh",
    "Đảng bộ Bệnh viện Đa khoa tỉnh",
    "Đảng bộ Bệnh viện Y học cổ truyền",
    "Đảng bộ Bệnh viện Sản Nhi",
    "Đảng bộ Trường Cao đẳng Minh Khê",
    "Đảng bộ Trường Chính trị tỉnh",
    "Đảng bộ Báo và Phát thanh, Truyền hình tỉnh",
)

# Cells of a grassroots committee, in this order.
INNER_CELLS = (
    "Chi bộ Văn phòng",
    "Chi bộ Tổ chức – Hành chính",
    "Chi bộ Kế hoạch – Tổng hợp",
    "Chi bộ Nghiệp vụ 1",
    "Chi bộ Nghiệp vụ 2",
    "Chi bộ Kỹ thuật",
    "Chi bộ Tài vụ",
    "Chi bộ Dịch vụ",
)

PLACES = ("Phòng họp tầng 2", "Hội trường cơ quan", "Phòng họp số 1", "Phòng họp số 3", "Hội trường tầng 4")

ABSENCE_REASONS = (
    "Đi công tác ngoài tỉnh",
    "Ốm, có giấy của bệnh viện",
    "Chăm sóc người thân nằm viện",
    "Tham dự lớp bồi dưỡng chính trị",
    "Trực cơ quan theo lịch phân công",
    "Việc gia đình đột xuất",
)

RESOLUTION_BODY = (
    "Sau khi thảo luận, chi bộ thống nhất:\n"
    "1. Đánh giá: đảng viên giữ vững lập trường, hoàn thành nhiệm vụ được giao; nền nếp sinh hoạt được duy trì.\n"
    "2. Tồn tại: việc ghi sổ theo dõi nhiệm vụ của một số đồng chí còn chậm.\n"
    "3. Nhiệm vụ tháng tới: {focus}.\n"
    "4. Phân công đồng chí phụ trách từng việc theo danh sách kèm theo; báo cáo kết quả tại kỳ sinh hoạt sau."
)

FOCUSES = (
    "đẩy mạnh số hóa hồ sơ công việc, rút ngắn thời gian giải quyết thủ tục",
    "hoàn thành chỉ tiêu chuyên môn của quý và chuẩn bị tổng kết năm",
    "học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh gắn với việc cụ thể của từng đảng viên",
    "bồi dưỡng quần chúng ưu tú, tạo nguồn kết nạp đảng viên mới",
    "kiểm tra việc chấp hành Điều lệ Đảng và quy định những điều đảng viên không được làm",
    "phát động thi đua, giữ cơ quan xanh, sạch, an toàn",
)

TASKS = (
    "Rà soát, bổ sung hồ sơ đảng viên của chi bộ",
    "Chuẩn bị chuyên đề sinh hoạt quý",
    "Giúp đỡ quần chúng ưu tú hoàn thiện hồ sơ vào Đảng",
    "Tổng hợp ý kiến góp ý vào dự thảo quy chế làm việc",
    "Thu, nộp đảng phí và lập báo cáo",
    "Viết bài giới thiệu gương đảng viên tiêu biểu",
    "Kiểm tra việc thực hiện nghị quyết tháng trước",
    "Liên hệ đảng ủy nơi cư trú lấy ý kiến nhận xét",
    "Chuẩn bị báo cáo sơ kết công tác xây dựng Đảng",
    "Hướng dẫn đảng viên lớn tuổi dùng sổ tay điện tử",
    "Thăm hỏi đảng viên nghỉ sinh hoạt do sức khỏe",
    "Cập nhật sổ theo dõi nhiệm vụ của chi bộ",
)
