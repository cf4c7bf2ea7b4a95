"""Pictures and Chinese class names for the default model: fetched with npm, rendered with rsvg-convert, kept as one .npz.

Every picture becomes a square of premultiplied RGBA. A drawing comes from an npm package (PACKAGES); SVG sets are also
redrawn twice with a stylesheet: with dark outlines ("outlined") and as white shapes with dark outlines ("lines").
"""
import concurrent.futures
import csv
import io
import json
import random
import re
import subprocess
import tarfile
import tempfile
import unicodedata
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

PIXELS, HELD_PIXELS = 80, 160          # of training pictures; of held-out ones, which go through the whole preprocessing
NAMES = "emojibase-data@17.0.0"
# style -> (npm package, family of styles that share their compositions, how it is read)
PACKAGES = {
    "fluent-3d": ("@lobehub/fluent-emoji-3d@1.1.0", "fluent", "hex:assets/*.webp"),
    "fluent-flat": ("fluentui-emoji@1.3.0", "fluent", "name:icons/flat/*.svg"),
    "fluent-modern": ("fluentui-emoji@1.3.0", "fluent", "name:icons/modern/*.svg"),
    "fluent-contrast": ("fluentui-emoji@1.3.0", "fluent", "name:icons/high-contrast/*.svg"),
    "twemoji": ("@twemoji/svg@15.0.0", "twemoji", "hex:*.svg"),
    "noto": ("@iconify-json/noto@1.2.9", "noto", "iconify"),
    "noto-v1": ("@iconify-json/noto-v1@1.2.5", "noto-v1", "iconify"),
    "fxemoji": ("@iconify-json/fxemoji@1.2.2", "fxemoji", "iconify"),
    "emojione": ("@iconify-json/emojione@1.2.3", "emojione", "iconify"),
    "emojione-mono": ("@iconify-json/emojione-monotone@1.2.1", "emojione", "iconify"),
    "streamline": ("@iconify-json/streamline-emojis@1.2.4", "streamline", "iconify"),
    "noto-mono": ("@expo-google-fonts/noto-emoji@0.4.7", "noto-mono", "font"),
    # icon sets: only the icons whose name is exactly an emoji's name
    "icon-park": ("@iconify-json/icon-park@1.2.4", "icons", "icons"),
    "phosphor": ("@iconify-json/ph@1.2.2", "icons", "icons"),
    "mdi": ("@iconify-json/mdi@1.2.3", "icons", "icons"),
    "tabler": ("@iconify-json/tabler@1.2.41", "icons", "icons"),
    "lucide": ("@iconify-json/lucide@1.2.137", "icons", "icons"),
    "mingcute": ("@iconify-json/mingcute@1.2.8", "icons", "icons"),
    "game-icons": ("@iconify-json/game-icons@1.2.4", "icons", "icons"),
    "streamline-color": ("@iconify-json/streamline-color@1.2.2", "icons", "icons"),
    "streamline-plump": ("@iconify-json/streamline-plump-color@1.2.2", "icons", "icons"),
    "streamline-cyber": ("@iconify-json/streamline-cyber-color@1.2.2", "icons", "icons"),
    # never trained on: the first chooses settings and the threshold, the others are the final test
    "val:emojione-v1": ("@iconify-json/emojione-v1@1.2.3", "val", "iconify"),
    "test:openmoji-color": ("openmoji@17.0.0", "test", "hex:color/svg/*.svg"),
    "test:openmoji-black": ("openmoji@17.0.0", "test", "hex:black/svg/*.svg"),
}
REDRAWN = ("fluent-flat", "twemoji", "noto", "noto-v1", "fxemoji", "emojione", "streamline")
LINE_STYLES = ("fluent-contrast", "emojione-mono", "noto-mono")
# What people say, and look-alikes under one name. Emoji of groups 3 to 7 that are not here keep CLDR's name.
CLASSES = """
猴子 1F435 1F412 1F648 1F649 1F64A; 狗 1F436 1F415 1F9AE 1F415-200D-1F9BA; 猫 1F431 1F408 1F408-200D-2B1B 1F63A 1F638 1F639 1F63B
1F63C 1F63D 1F640 1F63F 1F63E; 老虎 1F42F 1F405; 马 1F434 1F40E; 奶牛 1F42E 1F404; 牛 1F402 1F403; 野牛 1F9AC; 猪 1F437 1F416; 绵羊 1F411;
骆驼 1F42A 1F42B; 羊驼 1F999; 猛犸象 1F9A3; 老鼠 1F42D 1F401 1F400; 兔子 1F430 1F407; 熊 1F43B; 鸡 1F414; 小鸡 1F423 1F424 1F425; 鸽子 1F54A;
鸟 1F426 1F426-200D-2B1B; 乌龟 1F422; 恐龙 1F995 1F996; 龙 1F432 1F409; 鲸鱼 1F433 1F40B; 螃蟹 1F980; 鱿鱼 1F991; 蚯蚓 1FAB1; 木槿花 1F33A;
花 1F33C 1F4AE 1F3F5; 大树 1F333; 稻穗 1F33E; 草药 1F33F; 树叶 1F343; 鸟巢 1FAB9 1FABA; 枯树 1FABE; 哈密瓜 1F348; 苹果 1F34E 1F34F; 桃子 1F351;
牛油果 1F951; 辣椒 1F336; 甜椒 1FAD1; 青菜 1F96C; 大蒜 1F9C4; 豆子 1FAD8; 生姜 1FADA; 豌豆 1FADB; 蘑菇 1F344 1F344-200D-1F7EB; 牛角包 1F950;
法棍 1F956; 烤饼 1FAD3; 松饼 1F95E; 奶酪 1F9C0; 带骨肉 1F356; 鸡腿 1F357; 牛排 1F969; 塔可 1F32E; 卷饼 1F32F; 口袋饼 1F959; 鸡蛋 1F95A;
炖锅 1F958 1F372; 碗 1F963; 沙拉 1F957; 罐头 1F96B; 便当 1F371; 仙贝 1F358; 意大利面 1F35D; 红薯 1F360; 炸虾 1F364; 冰淇淋 1F366 1F368;
蛋糕 1F370; 糖果 1F36C; 布丁 1F36E; 牛奶 1F95B; 咖啡 2615; 茶 1F375; 香槟 1F37E; 热带饮料 1F379; 啤酒 1F37A 1F37B; 威士忌 1F943; 饮料 1F964;
奶茶 1F9CB; 盒装饮料 1F9C3; 刀叉 1F37D 1F374; 勺子 1F944; 罐子 1FAD9; 陶罐 1F3FA; 倒水 1FAD7; 地球 1F30D 1F30E 1F30F 1F310; 地图 1F5FA 1F5FE;
山 1F3D4 26F0 1F5FB; 帐篷 1F3D5 26FA; 沙滩伞 1F3D6 26F1; 海岛 1F3DD; 风景 1F3DE; 体育场 1F3DF; 神殿 1F3DB; 塔吊 1F3D7; 砖块 1F9F1; 石头 1FAA8;
茅屋 1F6D6; 房子 1F3D8 1F3DA 1F3E0 1F3E1; 大楼 1F3E2 1F3E3 1F3E4 1F3E8 1F3E9 1F3EC; 城堡 1F3EF 1F3F0; 教堂 1F492 26EA; 寺庙 1F6D5; 鸟居 26E9;
天房 1F54B; 铁塔 1F5FC; 城市 1F303 1F3D9 1F306 1F307; 日出 1F304 1F305; 桥 1F309 1F301; 滑梯 1F6DD; 理发店转灯 1F488; 蒸汽火车 1F682;
高铁 1F684 1F685; 火车 1F683 1F686 1F687 1F688 1F689 1F68A 1F69D 1F69E 1F68B; 公交车 1F68C 1F68D 1F68E; 面包车 1F690; 警车 1F693 1F694;
出租车 1F695 1F696; 汽车 1F697 1F698 1F699; 皮卡 1F6FB; 卡车 1F69A 1F69B; 小摩托 1F6F5; 轮椅 1F9BD 1F9BC 267F; 三轮车 1F6FA; 溜冰鞋 1F6FC;
公交站牌 1F68F; 公路 1F6E3; 油桶 1F6E2; 加油机 26FD; 轮子 1F6DE; 警灯 1F6A8; 红绿灯 1F6A5 1F6A6; 快艇 1F6A4 1F6E5; 轮船 1F6F3 26F4 1F6A2;
飞机 2708 1F6E9 1F6EB 1F6EC; 座椅 1F4BA; 缆车 1F69F 1F6A0 1F6A1; 沙漏 231B 23F3; 秒表 23F1 23F2; 土星 1FA90; 月牙 1F319 1F31B 1F31C;
时钟 1F55B 1F567 1F550 1F55C 1F551 1F55D 1F552 1F55E 1F553 1F55F 1F554 1F560 1F555 1F561 1F556 1F562 1F557 1F563 1F558 1F564 1F559 1F565 1F55A 1F566;
月亮 1F311 1F312 1F313 1F314 1F315 1F316 1F317 1F318 1F31A 1F31D; 太阳 2600 1F31E; 星星 2B50 1F31F; 流星 1F320 2604; 多云 26C5 1F324 1F325;
下雨 1F326 1F327; 雷雨 26C8 1F329; 雨伞 1F302 2602 2614; 闪电 26A1; 雪人 2603 26C4; 水滴 1F4A7 1FA78 1F4A6; 海浪 1F30A; 火 1F525;
烟花 1F386 1F387; 鞭炮 1F9E8; 礼花 1F389; 彩球 1F38A; 七夕竹 1F38B; 人偶 1F38E; 丝带 1F397; 门票 1F39F 1F3AB; 奖牌 1F396 1F3C5 1F947 1F948 1F949;
棒球 26BE 1F94E; 橄榄球 1F3C8 1F3C9; 道服 1F94B; 高尔夫球洞 26F3; 冰鞋 26F8; 潜水镜 1F93F; 背心 1F3BD; 滑雪板 1F3BF; 飞镖靶 1F3AF; 溜溜球 1FA80;
魔法棒 1FA84; 摇杆 1F579; 玩具熊 1F9F8; 皮纳塔 1FA85; 迪斯科球 1FAA9; 方块 2666; 棋子 265F; 扑克牌 1F0CF; 麻将 1F004; 花牌 1F3B4; 面具 1F3AD;
画框 1F5BC; 线轴 1F9F5; 针 1FAA1; 毛线球 1F9F6; 绳结 1FAA2; 反光背心 1F9BA; 裤子 1F456; 泳衣 1FA71; 内裤 1FA72; 衬衫 1F45A; 扇子 1FAAD;
手提包 1F45C 1F45D; 人字拖 1FA74; 皮鞋 1F45E; 运动鞋 1F45F; 登山靴 1F97E; 凉鞋 1F461; 靴子 1F462; 梳子 1FAAE; 草帽 1F452; 学士帽 1F393;
鸭舌帽 1F9E2; 头盔 1FA96; 安全帽 26D1; 佛珠 1F4FF; 口红 1F484; 钻石 1F48E; 扬声器 1F507 1F508 1F509 1F50A; 扩音器 1F4E2 1F4E3; 号角 1F4EF;
铃铛 1F514 1F515; 音符 1F3B5 1F3B6; 麦克风 1F399 1F3A4; 调音台 1F39A 1F39B; 电子琴 1F3B9; 手机 1F4F1 1F4F2 1F4F3 1F4F4; 传呼机 1F4DF;
电池 1F50B 1FAAB; 插头 1F50C; 电脑 1F5A5; 鼠标 1F5B1; 光盘 1F4BD 1F4BF 1F4C0; 电影摄影机 1F3A5 1F4FD; 胶片 1F39E; 相机 1F4F7 1F4F8;
放大镜 1F50D 1F50E; 灯笼 1F3EE; 油灯 1FA94; 书 1F4D5 1F4D7 1F4D8 1F4D9; 翻开的书 1F4D6; 一摞书 1F4DA; 笔记本 1F4D3 1F4D2 1F4D4;
文件 1F4C3 1F4C4 1F4D1; 报纸 1F4F0 1F5DE; 钞票 1F4B4 1F4B5 1F4B6 1F4B7 1F4B8; 银行卡 1F4B3; 折线图 1F4B9 1F4C8 1F4C9; 柱状图 1F4CA;
信封 2709 1F4E7 1F4E8 1F4E9 1F48C; 文件托盘 1F4E4 1F4E5; 纸箱 1F4E6; 信箱 1F4EB 1F4EA 1F4EC 1F4ED; 钢笔 2712 1F58B; 圆珠笔 1F58A;
便签和笔 1F4DD; 文件夹 1F4C1 1F4C2 1F5C2; 日历 1F4C5 1F4C6 1F5D3; 记事本 1F5D2; 名片夹 1F4C7; 图钉 1F4CC 1F4CD; 回形针 1F4CE 1F587;
锁 1F512 1F513 1F50F 1F510; 钥匙 1F511 1F5DD; 镐 26CF; 工具 2692 1F6E0; 剑 2694; 弓箭 1F3F9; 锯子 1FA9A; 螺栓 1F529;
链条 1F517 26D3 26D3-200D-1F4A5; 钩子 1FA9D; 铲子 1FA8F; 烧瓶 2697; 药 1F48A; X光片 1FA7B; 沙发 1F6CB; 皮搋子 1FAA0; 花洒 1F6BF;
别针 1F9F7; 篮子 1F9FA; 卫生纸 1F9FB; 肥皂 1F9FC; 骨灰瓮 26B1; 蓝眼护身符 1F9FF; 摩艾石像 1F5FF; 牌子 1FAA7; 竹笋门松 1F38D; 雾 1F32B;
心 1F498 1F49D 1F496 1F497 1F493 1F49E 1F495 1F49F 2764 2763 1FA77 1F9E1 1F49B 1F49A 1F499 1FA75 1F49C 1F90E 1F5A4 1FA76 1F90D 2665;
碎心 1F494; 骷髅 1F480 2620; 便便 1F4A9; 幽灵 1F47B; 外星人 1F47D; 像素怪物 1F47E; 机器人 1F916; 鬼面具 1F479 1F47A; 小丑 1F921;
嘴唇 1F48B 1F444; 一百分 1F4AF; 爆炸 1F4A5; 洞 1F573; 对话气泡 1F4AC 1F5E8 1F5EF 1F4AD; 肌肉 1F4AA; 腿 1F9B5; 脚 1F9B6; 脚印 1F463;
耳朵 1F442 1F9BB; 鼻子 1F443; 大脑 1F9E0; 心脏 1FAC0; 肺 1FAC1; 牙齿 1F9B7; 骨头 1F9B4; 眼睛 1F440 1F441; 舌头 1F445; 指纹 1FAC6;
圣诞老人 1F385 1F936; 美人鱼 1F9DC 1F9DC-200D-2640 1F9DC-200D-2642; 警告标志 26A0; 旗子 1F6A9 1F3C1 1F3F4 1F3F3; 吊坠手 1FAAC; 假肢 1F9BE 1F9BF
"""
OUTLIER = "-"                      # symbols: shown with no right answer, so that they score low
DROPPED = {"1F485", "1F300", "1F4A4", "1F4A8", "1F4A2", "1F4AB", "1FAEF", "1F32C", "1F391", "1F30C", "1FADF", "1F6D8"}
NOT_AS_ICON = set("""mouse bat ring seal turkey iron present crane tie ram cricket fly bug worm school window rock radio scroll mirror ribbon
thread orange log fan match record people person man woman foot key note label shell python hook metro station face""".split())
SMILES = (0, 1, 2)


def fetch(folder):
    """npm pack of every package, unpacked to folder/PACKAGE@VERSION/package."""
    folder.mkdir(parents=True, exist_ok=True)
    for spec in sorted({p for p, _, _ in PACKAGES.values()} | {NAMES}):
        to = folder / spec.replace("/", "+")
        if not to.exists():
            name = subprocess.run(["npm", "pack", "--silent", spec], cwd=folder, check=True, capture_output=True, text=True).stdout.split()[-1]
            with tarfile.open(folder / name) as tar:
                tar.extractall(to, filter="data")
            (folder / name).unlink()


def squeeze(name):
    return re.sub("[^a-z0-9]", "", name.lower())


def plain(hexcode):
    return hexcode.upper().replace("-FE0F", "")


def names(folder):
    """(hexcode -> class or OUTLIER, squeezed English name -> hexcode)"""
    base = folder / NAMES / "package"
    zh = json.loads((base / "zh/data.json").read_text())
    en = json.loads((base / "en/data.json").read_text())
    said = {h: line.split()[0] for line in CLASSES.replace("\n", " ").split(";") for h in line.split()[1:]}
    label, alias = {}, {}
    for z in zh:
        h, group = plain(z["hexcode"]), z.get("group")
        if group is None or group in (2, 9) and h not in said or h in DROPPED:
            continue
        if h in said:
            label[h] = said[h]
        elif group == 0:
            label[h] = "笑脸" if z["subgroup"] in SMILES else "表情脸"
        elif group == 1:
            label[h] = "手" if z["subgroup"] <= 21 else "人"
        else:
            label[h] = OUTLIER if group == 8 else z["label"]
    for e in en:
        h = plain(e["hexcode"])
        if h in label:
            alias.setdefault(squeeze(e["label"]), h)
    for h in list(label):
        if "-" not in h:
            alias.setdefault(squeeze(unicodedata.name(chr(int(h, 16)), h)), h)
    return label, alias


def iconify(folder, alias, icons):
    data = json.loads((folder / "icons.json").read_text())
    hexes = {}
    chars = folder / "chars.json"
    if chars.exists() and not icons:
        for h, name in json.loads(chars.read_text()).items():
            hexes.setdefault(name, plain(h))
    for name, icon in data["icons"].items():
        word = name
        if icons:
            word = re.sub("-(bold|duotone|fill|filled|line|outline|flat|duo|color)$", "", name)
            if word.endswith(("-light", "-thin")) or squeeze(word) in NOT_AS_ICON:
                continue
        word = re.sub("-[0-9]+$", "", word)
        h = hexes.get(name) or alias.get(squeeze(word))
        if h:
            w, t = icon.get("width", data.get("width", 16)), icon.get("height", data.get("height", 16))
            box = f'{icon.get("left", data.get("left", 0))} {icon.get("top", data.get("top", 0))} {w} {t}'
            yield h, (f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{box}" '
                      f'width="{w}" height="{t}">{icon["body"]}</svg>').encode()


def read(folder, style, alias):
    """(hexcode, bytes of an SVG, a WebP, or a character of the font)"""
    spec, _, how = PACKAGES[style]
    base = folder / spec.replace("/", "+") / "package"
    if how == "font":
        return [(h, h.encode()) for h in sorted(set(alias.values())) if "-" not in h]
    if ":" not in how:
        return list(iconify(base, alias, how == "icons"))
    kind, pattern = how.split(":")
    found = []
    for path in sorted(base.glob(pattern)):
        h = plain(path.stem) if kind == "hex" else alias.get(squeeze(path.stem))
        if h:
            found.append((h, path.read_bytes()))
    return found


def stylesheet(svg, variant, rng):
    """A stylesheet for rsvg-convert that redraws every shape with outlines of 2 to 3.6 % of the picture."""
    head = svg[:600].decode("utf-8", "ignore")
    box = re.search(r'viewBox="\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)', head) or re.search(r'width="([\d.]+)', head)
    width = float(box.group(1)) * rng.uniform(.02, .036)
    tone = rng.choice(["#000", "#000", "#222", "#411", "#124"])
    fill = "fill:#fff !important;" if variant == "lines" else ""
    return f"path,circle,ellipse,rect,polygon{{stroke:{tone} !important;stroke-width:{width:.3f} !important;stroke-linejoin:round !important;{fill}}}"


def rasterise(svg, size, css=None):
    with tempfile.NamedTemporaryFile("w", suffix=".css") as sheet:
        args = ["rsvg-convert", "-w", str(size), "-h", str(size), "-a", "-f", "png"]
        if css:
            sheet.write(css)
            sheet.flush()
            args += ["-s", sheet.name]
        done = subprocess.run(args, input=svg, capture_output=True)
    return Image.open(io.BytesIO(done.stdout)).convert("RGBA") if done.returncode == 0 else None


def glyph(hexcode, folder, weight, size):
    font = folder / PACKAGES["noto-mono"][0].replace("/", "+") / "package" / weight
    face = ImageFont.truetype(str(next(font.glob("*.ttf"))), size * 3 // 4)
    picture = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    ImageDraw.Draw(picture).text((size / 2, size / 2), chr(int(hexcode, 16)), font=face, fill=(0, 0, 0, 255), anchor="mm")
    return picture if picture.getbbox() else None


def square(picture, size):
    """Centred on a transparent square, premultiplied."""
    picture.thumbnail((size, size), Image.Resampling.BICUBIC)
    canvas = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    canvas.paste(picture, ((size - picture.width) // 2, (size - picture.height) // 2))
    a = np.asarray(canvas).astype(np.uint16)
    a[..., :3] = (a[..., :3] * a[..., 3:] + 127) // 255
    return a.astype(np.uint8)


def draw(job):
    style, variant, h, data, folder, size = job
    rng = random.Random(f"{style} {variant} {h}")
    try:
        if PACKAGES[style][2] == "font":
            picture = glyph(h, folder, variant or "700Bold", size)
        elif data[:4] == b"RIFF":
            picture = Image.open(io.BytesIO(data)).convert("RGBA")
        else:
            picture = rasterise(data, size, stylesheet(data, variant, rng) if variant else None)
    except (OSError, ValueError):
        return None
    return None if picture is None or picture.getbbox() is None else square(picture, size)


def jobs(folder, cap=12):
    """What is drawn: (style, variant, hexcode, data, ...) and its class; classes that only one family of styles has are left out."""
    label, alias = names(folder)
    todo, families = [], {}
    for style, (_, family, _) in PACKAGES.items():
        held = style.startswith(("val:", "test:"))
        found = {}
        for h, data in read(folder, style, alias):
            if h in label and not (family == "icons" and label[h] in (OUTLIER, "人", "手", "表情脸", "笑脸")):
                found.setdefault(label[h], []).append((h, data))
        for name, some in sorted(found.items()):
            random.Random(style + name).shuffle(some)
            limit = 10 ** 6 if name == OUTLIER else cap
            for h, data in some[:limit]:
                variants = ["", "outlined", "lines"] if style in REDRAWN and name != OUTLIER else ["300Light", "700Bold"] if style == "noto-mono" else [""]
                if not held and name != OUTLIER:
                    families.setdefault(name, set()).add(family)
                todo += [(name, (style, v, h, data, folder, HELD_PIXELS if held else PIXELS)) for v in variants]
    keep = {name for name, f in families.items() if len(f - {"icons"}) >= 2} | {OUTLIER}
    return [(name, job) for name, job in todo if name in keep]


def prepare(cache, folder):
    """Draws everything once; -> dict of arrays: pictures, labels (text), styles ('style/variant'), hexes, and the same with held_ before."""
    if not cache.exists():
        fetch(folder)
        todo = jobs(folder)
        print(f"drawing {len(todo)} pictures", flush=True)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            drawn = list(pool.map(draw, [job for _, job in todo]))
        arrays = {}
        for prefix, size in (("", PIXELS), ("held_", HELD_PIXELS)):
            some = [i for i, p in enumerate(drawn) if p is not None and len(p) == size]
            arrays |= {prefix + "pictures": np.stack([drawn[i] for i in some]), prefix + "labels": np.array([todo[i][0] for i in some]),
                       prefix + "styles": np.array(["/".join(filter(None, todo[i][1][:2])) for i in some]),
                       prefix + "hexes": np.array([todo[i][1][2] for i in some])}
        np.savez(cache, **arrays)
    return dict(np.load(cache))


def photographs(folder, split, size):
    """(short side reduced to size, centre cropped) uint8 N x size x size x 3, and the sources' class names"""
    pictures, classes = [], []
    with open(folder / "photos.csv", newline="") as table:
        for row in csv.DictReader(table):
            if row["split"] == split:
                p = Image.open(folder / row["file"]).convert("RGB")
                s = min(p.size)
                p = p.crop(((p.width - s) // 2, (p.height - s) // 2, (p.width + s) // 2, (p.height + s) // 2)).resize((size, size), Image.Resampling.BILINEAR)
                pictures.append(np.asarray(p))
                classes.append(row["class"])
    return np.stack(pictures), classes
